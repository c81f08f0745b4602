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
