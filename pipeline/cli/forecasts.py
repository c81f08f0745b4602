"""`headroom scoreboard` and `headroom forecast import`.

What belongs here: the two commands. What does not: scores (scoreboard/), the format of
the hubs (lake/hub.py).
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pipeline import settings as environment
from pipeline.cli.console import (
    WRONG_USAGE,
    Json,
    as_json,
    counted,
    out,
    sentences,
    stop,
    table,
)
from pipeline.cli.release import rows
from pipeline.words.forecasts import STATES, came, ranking


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    app.command()(scoreboard)
    forecast = typer.Typer(no_args_is_help=True, help="Other people's forecasts.")
    forecast.command("import")(import_file)
    app.add_typer(forecast, name="forecast")


def scoreboard(
    forecaster: Annotated[str | None, typer.Argument(help="Part of a name.")] = None,
    json: Json = False,
) -> None:
    """Show everybody's forecasts of training compute, and what came."""
    settings = environment.load()
    board = rows(settings, "FROM out.scoreboard ORDER BY n_scored DESC, forecaster")
    questions = rows(
        settings,
        """
        SELECT s.*, f.summary, f.rule FROM out.forecast_scores s
        JOIN raw.forecasts f USING (forecast_id)
        WHERE s.kind = 'outside' AND ($1 IS NULL OR s.forecaster ILIKE '%' || $1 || '%')
        ORDER BY s.target_on, s.forecast_id
        """,
        [forecaster],
    )
    if json:
        as_json({"scoreboard": board, "forecasts": questions})
        return
    if not questions:
        stop("There is no forecast for that.", WRONG_USAGE)
    for status, title in STATES.items():
        these = [row for row in questions if row["status"] == status]
        if these:
            out.print(f"{title} ({counted(len(these), 'forecast')}):", style="bold")
            table(
                ["due", "who", "said", "came" if status == "scored" else "so far"],
                (
                    [q["target_on"], q["forecaster"], q["summary"], came(q)]
                    for q in these
                ),
            )
    for said in ranking(board):
        out.print(said)


def import_file(
    file: Annotated[Path, typer.Argument(help="A model-output CSV file of a hub.")],
    forecaster: Annotated[str, typer.Option(help="Who made the forecasts.")],
    url: Annotated[str, typer.Option(help="Where they can be read.")],
) -> None:
    """Read a file of forecasts in the hubs' format as a note of its own."""
    from pipeline.lake.files import replacing
    from pipeline.lake.hub import note_of

    settings = environment.load()
    asked = rows(settings, "FROM raw.forecasts")
    with sentences():
        text = note_of(file, forecaster, url, {r["forecast_id"]: r for r in asked})
    name = text.split("id: ", 1)[1].splitlines()[0].strip("'\"")
    path = settings.sources / "notes" / f"{name}.md"
    if path.exists():
        stop(f"{path} exists: remove it first, or mend it by hand", WRONG_USAGE)
    with replacing(path) as temporary:
        temporary.write_text(text, encoding="utf-8")
    out.print(f"Wrote {path}; run `headroom note check {name}`, then refresh.")
