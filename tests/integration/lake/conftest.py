"""A published warehouse, made once per worker and copied for each test."""

import shutil

import pytest
from synthetic import F1, NOW, frames, settings_in, stage

from pipeline.lake import publish


@pytest.fixture
def settings(tmp_path):
    """An empty project."""
    return settings_in(tmp_path)


@pytest.fixture(scope="session")
def first(tmp_path_factory):
    """Only to be copied or read."""
    made = settings_in(tmp_path_factory.mktemp("first"))
    stage(made, frames(60))  # more rows than the catalog holds inline
    publish(made, run_id="run", fingerprint=F1, now=NOW)
    return made


@pytest.fixture
def published(first, settings):
    """A project with `frames(60)` published as F1."""
    shutil.copytree(first.warehouse, settings.warehouse)
    return settings


@pytest.fixture
def measured(request):
    """Takes a line for docs/soak.md; only `make soak` writes the page."""
    soaking = request.node.get_closest_marker("soak") is not None

    def note(what, text):
        if soaking:
            request.config.stash.setdefault(MEASURED, []).append((what, text))

    return note


MEASURED = pytest.StashKey[list]()


def pytest_sessionfinish(session):
    """Write what `make soak` measured."""
    lines = session.config.stash.get(MEASURED, [])
    if lines:
        rows = "".join(f"| {what} | {text} |\n" for what, text in lines)
        page = session.config.rootpath / "docs" / "soak.md"
        page.parent.mkdir(exist_ok=True)
        page.write_text(
            "# What the soak tests measured\n\n"
            "Written by `make soak`, whose counts are the full ones; `make test` runs "
            "a tenth or less.\n\n"
            f"| what | measured |\n| --- | --- |\n{rows}"
        )
