"""docs/cli.md from the commands themselves: `python -m tests.cli_reference`.

What belongs here: the text. What does not: commands.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import typer

from pipeline.cli import app
from tests.mini import PROJECT

PATH = PROJECT / "docs" / "cli.md"
HEAD = """# Commands

Exit codes: 0 done; 1 the data failed a check, or a note is broken (the rest is
published anyway); 2 wrong usage; 130 interrupted.
`--project DIR` before any command names the project.
"""

_KINDS = {"str": "TEXT", "int": "N", "float": "X", "Path": "PATH", "datetime": "DATE"}


def text() -> str:
    """The reference as Markdown."""
    return HEAD + "".join(_entries(typer.main.get_command(app), "headroom"))


def _entries(command: Any, path: str) -> Iterator[str]:
    for name, sub in sorted(getattr(command, "commands", {}).items()):
        if hasattr(sub, "commands"):
            yield from _entries(sub, f"{path} {name}")
            continue
        shown = [p for p in sub.params if p.name != "help"]
        arguments = [p for p in shown if p.param_type_name == "argument"]
        options = [p for p in shown if p.param_type_name == "option"]
        words = [_metavar(p) for p in arguments] + (["[OPTIONS]"] if options else [])
        yield f"\n## {path} {name}\n\n    {' '.join([path, name, *words])}\n\n"
        yield f"{(sub.help or '').strip()}\n"
        rows = [(f"`{_metavar(p)}`", p.help) for p in arguments] + [
            (f"`{' '.join(_spelling(p))}`", p.help) for p in options
        ]
        if rows:
            yield "\n| | |\n| --- | --- |\n"
            yield from (f"| {name} | {told or ''} |\n" for name, told in rows)


def _metavar(parameter: Any) -> str:
    name = parameter.metavar or parameter.name.upper()
    return str(name if parameter.required else f"[{name}]")


def _spelling(option: Any) -> list[str]:
    flag = max(option.opts, key=len)
    if option.is_flag:
        return [flag, *option.secondary_opts]
    kind = option.type_descriptor.annotation.__name__
    return [flag, option.metavar or _KINDS.get(kind, kind.upper())]


if __name__ == "__main__":
    PATH.write_text(text(), encoding="utf-8")
