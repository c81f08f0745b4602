"""What all tests share: hypothesis' settings, a small release, the soak tests' page.

The tests of a commit must not pass one day and fail the next: hypothesis derives its
examples from the test itself. `make soak` draws new ones (`--hypothesis-profile`).
"""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from filelock import FileLock
from hypothesis import settings

import pipeline  # noqa: F401  # before NumPy, for what it says to BLAS
from pipeline.settings import Settings
from tests import mini
from tests.soak.page import measured, pytest_sessionfinish  # noqa: F401

settings.register_profile("steady", derandomize=True, print_blob=True)
settings.load_profile("steady")


@pytest.fixture(scope="session")
def small_release(
    tmp_path_factory: pytest.TempPathFactory,
) -> Callable[[Path], Settings]:
    """Makes a copy of a project with the small record published, once per session.

    Whoever tests the first refresh itself starts from `mini.project` instead.
    """
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base

    def copied(folder: Path) -> Settings:
        from pipeline.refresh import refresh

        with FileLock(shared / "small.lock"):
            if not (shared / "small").exists():
                assert refresh(mini.project(shared / "small.made")).published
                (shared / "small.made").rename(shared / "small")
        shutil.copytree(shared / "small", folder, dirs_exist_ok=True)
        return Settings(folder / "sources", folder / "warehouse", folder / "home")

    return copied
