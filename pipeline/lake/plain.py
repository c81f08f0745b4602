"""A release as one plain DuckDB file, for readers who know nothing of the lake.

What belongs here: building that file beside the old one and swapping the two; asking
which release it holds. Its schema, keys and comments are those that the release itself
recorded. What does not: writing the lake.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.lake.connect import LAKE, attached, connection
from pipeline.lake.errors import CatalogError
from pipeline.lake.files import literal, replacing
from pipeline.lake.place import place_of
from pipeline.settings import Settings

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

VIEWS = {
    "answer": (
        "One row: the share of a flagship released now, and when it passes each share.",
        """
WITH newest AS (SELECT max(vintage) AS vintage FROM out.convergence)
SELECT t.* EXCLUDE (month) REPLACE (n.vintage AS vintage),
  (SELECT date_p50 FROM out.convergence c WHERE c.vintage = n.vintage
    AND c.scenario = 'share' AND c.share = 0.1) AS date_of_10,
  (SELECT date_p50 FROM out.convergence c WHERE c.vintage = n.vintage
    AND c.scenario = 'share' AND c.share = 0.3) AS date_of_30,
  (SELECT date_p50 FROM out.convergence c WHERE c.vintage = n.vintage
    AND c.scenario = 'share' AND c.share = 0.5) AS date_of_50
FROM out.share_trend t, newest n
WHERE t.vintage = (SELECT max(vintage) FROM out.share_trend)
  AND t.month = date_trunc('month', n.vintage)""",
    ),
    "leaderboard": (
        "Reasoning training of each model, the largest first.",
        """
SELECT m.name, m.developer, m.released_on, e.* FROM core.estimates e
JOIN core.models m USING (model_id) WHERE e.stage = 'reasoning' AND e.anchored
ORDER BY e.flop_p50 DESC, e.model_id""",
    ),
    "claims_of_estimate": (
        "Every claim on a node, with what becomes of it and where it stands.",
        """
SELECT o.*, c.evidence, c.value, c.unit, c.bound, c.summary, c.locator, s.title,
  s.publisher, coalesce(c.url, s.url) AS url
FROM core.observations o JOIN raw.claims c USING (claim_id)
JOIN raw.sources s USING (source_id)""",
    ),
    "latest_convergence": (
        "Convergence as the newest vintage sees it, by scenario and share.",
        """
SELECT c.*, m.name AS leader FROM out.convergence c
LEFT JOIN core.models m ON m.model_id = c.leader_model_id
WHERE c.vintage = (SELECT max(vintage) FROM out.convergence)""",
    ),
    "estimates_over_time": (
        "Every estimate with the days on which it stood, from realtime_start to "
        "realtime_end (NULL: it stands).",
        """
SELECT h.* EXCLUDE (vintage), vintage AS realtime_start,
  CAST(lead(vintage) OVER (PARTITION BY model_id, stage, measure ORDER BY vintage)
    - INTERVAL 1 DAY AS DATE) AS realtime_end
FROM out.estimate_history h""",
    ),
}
# Table macros: the record as known on a date, `FROM estimates_as_of('2025-05-14')`.
AS_OF = {
    "estimates_as_of": """
SELECT h.* FROM out.estimate_history h WHERE h.vintage <= CAST(day AS DATE)
QUALIFY row_number() OVER (
  PARTITION BY model_id, stage, measure ORDER BY vintage DESC) = 1""",
    "convergence_as_of": """
SELECT c.* FROM out.convergence c WHERE c.vintage =
  (SELECT max(vintage) FROM out.convergence WHERE vintage <= CAST(day AS DATE))""",
    # The months of the last vintage that has its own: they stand until the next.
    "projections_as_of": """
SELECT p.* FROM out.projections p WHERE p.vintage <= CAST(day AS DATE)
  AND p.scenario IN (SELECT scenario FROM out.convergence WHERE status <> 'none'
    AND vintage = (SELECT max(vintage) FROM out.convergence
      WHERE vintage <= CAST(day AS DATE)))
QUALIFY p.vintage = max(p.vintage) OVER (PARTITION BY p.scenario)""",
    "share_trend_as_of": """
SELECT t.* FROM out.share_trend t WHERE t.vintage =
  (SELECT max(vintage) FROM out.share_trend WHERE vintage <= CAST(day AS DATE))""",
    "claims_as_of": """
SELECT c.* FROM raw.claims c WHERE c.disclosed_on <= CAST(day AS DATE)
  AND (c.withdrawn_on IS NULL OR c.withdrawn_on > CAST(day AS DATE))""",
}


def build(
    settings: Settings, *, target: Path | None = None, snapshot: int | None = None
) -> Path:
    """Build the plain file of a release; by default the head's, for all readers."""
    into = target or settings.plain
    with attached(settings, snapshot=snapshot) as con:
        build_from(con, into)
    return into


def build_from(con: DuckDBPyConnection, target: Path) -> None:
    """Build the plain file of what is attached.

    Whoever reads the old file keeps reading it; whoever opens the path afterwards
    reads the new one.

    Raises:
        CatalogError: if the disk is full or the folder cannot be written.
    """
    import duckdb

    try:
        with replacing(target) as temporary:
            _build(con, temporary)
            _verify(temporary)
            # A log that someone's writing client left would be replayed on the new
            # file.
            target.with_name(f"{target.name}.wal").unlink(missing_ok=True)
    except (duckdb.Error, OSError) as error:
        why = str(error).splitlines()[0]
        raise CatalogError(
            f"{target} cannot be built ({why}); the release stands in the lake: make "
            "room on the disk and run `headroom refresh`"
        ) from error


def _verify(path: Path) -> None:
    """Read back what was written; the old file stays where it is not what it says.

    Raises:
        CatalogError: naming the tables.
    """
    from pipeline.lake.verify import mismatches

    with connection(path) as con:
        faults = mismatches(con)
    if faults:
        raise CatalogError(
            f"the plain file was not replaced ({'; '.join(faults)}): run "
            "`headroom doctor`"
        )


def release(settings: Settings, con: DuckDBPyConnection) -> None:
    """Give readers the head that is attached, here and on other machines."""
    build_from(con, settings.plain)
    place_of(settings).give(settings.plain)


def _build(con: DuckDBPyConnection, target: Path) -> None:
    # These leave uninitialised memory in the file, the first two between their parts,
    # the third in the place of NULLs: the same release would give another file.
    con.execute("SET disabled_compression_methods = 'alp,alprd,bitpacking'")
    # Many small tables: an eighth of the size of the default of 256 kB.
    con.execute(f"ATTACH {literal(target)} AS plain (BLOCK_SIZE 16384)")
    try:
        _copy(con)
    finally:
        con.execute("DETACH plain")


def release_of(path: Path) -> tuple[int, str] | None:
    """Seq and id of the release a plain file holds; None if it is no such file."""
    import duckdb

    if not path.is_file():
        return None
    try:
        with duckdb.connect(path, read_only=True) as con:
            return newest(con)
    except duckdb.Error:
        return None  # garbage, half a file, or another database: all mean "rebuild"


def newest(con: DuckDBPyConnection, prefix: str = "") -> tuple[int, str] | None:
    """Seq and id of the newest release in an opened plain file."""
    row = con.execute(
        f"SELECT seq, release_id FROM {prefix}meta.releases ORDER BY seq DESC LIMIT 1"
    ).fetchone()
    return (row[0], row[1]) if row else None


def _copy(con: DuckDBPyConnection) -> None:
    # Only who builds needs the contracts: asking for the release stays quick.
    from pipeline.lake.tables import comments, shape

    keys: dict[str, list[str]] = {}
    for table_name, column in con.execute(
        f"SELECT {', '.join(dictionary_names(con, LAKE)[:2])} FROM {LAKE}.meta.columns "
        "WHERE in_key ORDER BY 1, position"
    ).fetchall():
        keys.setdefault(table_name, []).append(f'"{column}"')
    con.execute("BEGIN")
    for table_name, declared in shape(con).items():
        con.execute(f"CREATE SCHEMA IF NOT EXISTS plain.{table_name.split('.')[0]}")
        body = [
            f'"{column}" {sql_type}{"" if nullable else " NOT NULL"}'
            for column, (sql_type, nullable) in declared.items()
        ]
        identity = ", ".join(keys[table_name])
        con.execute(
            f"CREATE TABLE plain.{table_name} "
            f"({', '.join(body)}, PRIMARY KEY ({identity}))"
        )
        con.execute(
            f"INSERT INTO plain.{table_name} "
            f"SELECT * FROM {LAKE}.{table_name} ORDER BY {identity}"
        )
    told = []
    for (table_name, column), text in comments(con).items():
        what = f'COLUMN plain.{table_name}."{column}"'
        what = what if column else f"TABLE plain.{table_name}"
        told.append(f"COMMENT ON {what} IS {literal(text)}")
    con.execute("; ".join(told))  # some four hundred
    con.execute("COMMIT")
    _views(con)


def _views(con: DuckDBPyConnection) -> None:
    """What people ask first. Not in the lake, whose upkeep fails beside views."""
    import duckdb

    con.execute("USE plain")
    try:
        for name, (about, query) in VIEWS.items():
            try:
                con.execute(f"CREATE VIEW {name} AS {query}")
            except (duckdb.CatalogException, duckdb.BinderException):
                continue  # an older release without that table or column
            con.execute(f"COMMENT ON VIEW {name} IS {literal(about)}")
        for name, query in AS_OF.items():
            try:
                con.execute(f"CREATE MACRO {name}(day) AS TABLE {query}")
            except (duckdb.CatalogException, duckdb.BinderException):
                continue
    finally:
        con.execute("USE memory")


def dictionary_names(
    con: DuckDBPyConnection, database: str | None = None
) -> tuple[str, str, str]:
    """What meta.columns calls table, column and reference.

    The names of version 0.1 are reserved words; its releases still have them.
    """
    have = con.execute(
        "SELECT 1 FROM duckdb_columns() WHERE schema_name = 'meta' AND table_name = "
        "'columns' AND column_name = 'table_name' "
        "AND database_name = coalesce(?, current_database())",
        [database],
    ).fetchone()
    new = ("table_name", "column_name", "refers_to")
    return new if have else ('"table"', '"column"', '"references"')
