"""The HTML page: one self-contained file, made from a release's plain file.

What belongs here: reading that file, and putting data, template, style and script
together. What does not: any figure of its own; what the page says is in the release.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pipeline.settings import Settings

PAGE = "index.html"
_PACKAGE = Path(__file__).resolve().parents[1]
# A wheel carries the documentation inside the package; a checkout has it beside it.
DOCS = (_PACKAGE / "docs", _PACKAGE.parent / "docs")
_MARK = '<meta name="headroom-release" content="'
_HEAD_BYTES = 4096  # the mark stands in the first lines


def build(settings: Settings, *, source: Path | None = None) -> Path:
    """Write the page of a plain file; by default the current release's.

    Args:
        settings: where everything lies.
        source: another plain file, of an older release.
    """
    from pipeline.report.page import write

    target = settings.report / PAGE
    write(source or settings.plain, target)
    return target


def release_of(path: Path) -> str | None:
    """Number and id of the release a page was made from; None if it is no page."""
    try:
        with path.open("rb") as file:
            start = file.read(_HEAD_BYTES).decode("utf-8", "replace")
    except OSError:
        return None
    _, found, rest = start.partition(_MARK)
    return rest.partition('"')[0] if found else None


def mend(settings: Settings, seq: int, release_id: str) -> list[str]:
    """Rebuild the page where it is missing or shows another release.

    Returns:
        What was done, a sentence each. A page that cannot be made stops nothing: the
        release stands without it.
    """
    target = settings.report / PAGE
    if release_of(target) == f"{seq} {release_id}" or not settings.plain.is_file():
        return []
    import duckdb

    try:
        build(settings)
    except (OSError, ValueError, KeyError, duckdb.Error) as error:
        why = str(error).partition("\n")[0]
        return [f"the page could not be made ({why}): run `headroom report`"]
    return ["rebuilt the page from the release"]
