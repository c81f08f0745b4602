"""A published warehouse, made once per worker and copied for each test."""

import shutil

import pytest
from synthetic import F1, NOW, frames, settings_in, stage

from pipeline.lake import connect, publish

FILES = (connect._OPTIONS, "data_inlining_row_limit", "50")  # from 51 rows on


@pytest.fixture(autouse=True)
def files_and_inline(monkeypatch):
    """Small records, whose larger tables lie in files all the same."""
    monkeypatch.setitem(*FILES)


@pytest.fixture
def settings(tmp_path):
    """An empty project."""
    return settings_in(tmp_path)


@pytest.fixture(scope="session")
def first(tmp_path_factory):
    """Only to be copied or read."""
    made = settings_in(tmp_path_factory.mktemp("first"))
    stage(made, frames(60))
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(*FILES)
        publish(made, run_id="run", fingerprint=F1, now=NOW)
    return made


@pytest.fixture
def published(first, settings):
    """A project with `frames(60)` published as F1."""
    shutil.copytree(first.warehouse, settings.warehouse)
    return settings
