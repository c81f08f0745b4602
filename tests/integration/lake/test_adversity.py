"""A disk without room and a folder that may not be written: one sentence, early."""

import os
import shutil
from collections import namedtuple

import pytest

from pipeline.lake import LakeError
from pipeline.lake.upkeep import SpaceError
from pipeline.refresh import refresh
from tests import mini

NOBODY = 65534


def test_room_is_asked_for_before_anything_is_computed(tmp_path, monkeypatch):
    settings = mini.project(tmp_path)
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage(1, 1, 1_000_000))
    with pytest.raises(SpaceError, match="only 1 MB are free"):
        refresh(settings)
    assert not settings.staging.exists()
    assert not settings.home.exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root, to become somebody else")
def test_a_folder_of_somebody_else_is_a_sentence(tmp_path):
    settings = mini.project(tmp_path)
    settings.warehouse.mkdir()
    (settings.warehouse / ".writer.lock").touch()
    for folder in (tmp_path, *tmp_path.parents[:2]):
        folder.chmod(0o755)
    os.seteuid(NOBODY)
    try:
        with pytest.raises(LakeError, match=r"cannot be written.*HEADROOM_WAREHOUSE"):
            refresh(settings)
    finally:
        os.seteuid(0)
