"""The page docs/soak.md, written by whoever measures at full count."""

import os
import platform
from datetime import date

import pytest

PAGE = "docs/soak.md"
HEAD = (
    "# What the soak tests measured\n\n"
    "Written by `make soak`, whose counts are the full ones; `make test` runs a few. "
    "A section is replaced when its test has passed.\n"
)
ORDER = (
    "Kills",
    "Kills on two machines",
    "A publication",
    "Load",
    "Many publications",
    "Refreshes",
)
MEASURED = pytest.StashKey[dict]()


@pytest.fixture
def measured(request):
    """Takes a section and its text for the page; only full counts are written."""
    soaking = request.node.get_closest_marker("soak") is not None

    def note(section, text):
        if soaking:
            where = f"{date.today()}, {platform.system()}, {os.cpu_count()} cores"
            told = f"{text.strip()}\n\nMeasured {where}."
            request.config.stash.setdefault(MEASURED, {})[section] = told

    return note


def pytest_sessionfinish(session):
    """Put what was measured into the page, beside what stands there."""
    found = session.config.stash.get(MEASURED, {})
    if not found:
        return
    page = session.config.rootpath / PAGE
    there = page.read_text().split("\n## ")[1:] if page.exists() else []
    sections = dict(part.split("\n", 1) for part in there) | found
    ordered = sorted(sections, key=lambda s: (_place(s), s))
    body = "".join(f"\n## {s}\n\n{sections[s].strip()}\n" for s in ordered)
    page.write_text(HEAD + body)


def _place(section):
    found = [i for i, name in enumerate(ORDER) if section.startswith(name)]
    return found[-1] if found else len(ORDER)
