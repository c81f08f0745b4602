"""Staged files: whole or not at all, and honest about where they come from."""

from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest
from synthetic import F1, frame, settings_in

from pipeline.contracts import PUBLISHED, arrow_schema, content_sha256
from pipeline.lake import Provenance, StagingError, staging

ESTIMATES = PUBLISHED["core.estimates"]


@pytest.fixture
def settings(tmp_path):
    return settings_in(tmp_path)


@pytest.mark.parametrize("table_name", PUBLISHED)
def test_what_is_written_is_read(settings, table_name):
    data = frame(PUBLISHED[table_name])
    origin = Provenance("run-1", F1, {"notes/a.md": "0" * 64})
    written = staging.write(settings, table_name, data, origin)
    back = staging.read(settings, table_name)
    pd.testing.assert_frame_equal(back.frame, data)
    assert back.provenance == written == staging.read_provenance(settings, table_name)
    assert written.content == content_sha256(PUBLISHED[table_name], data)
    assert written.inputs == {"notes/a.md": "0" * 64}


@pytest.mark.parametrize("table_name", PUBLISHED)
def test_empty_tables_keep_their_types(settings, table_name):
    data = frame(PUBLISHED[table_name], rows=0)
    staging.write(settings, table_name, data, Provenance("r", F1))
    file = pq.ParquetFile(staging.path_of(settings, table_name))
    assert file.schema_arrow.remove_metadata() == arrow_schema(PUBLISHED[table_name])
    assert staging.read(settings, table_name).frame.dtypes.equals(data.dtypes)


def test_missing_table_says_what_to_do(settings):
    with pytest.raises(StagingError, match=r"core\.estimates .*`headroom refresh`"):
        staging.read(settings, "core.estimates")


@pytest.mark.parametrize("damage", ["garbage", "half", "empty", "no footer"])
def test_damaged_file_says_what_to_do(settings, damage):
    staging.write(settings, "core.estimates", frame(ESTIMATES), Provenance("r", F1))
    path = staging.path_of(settings, "core.estimates")
    content = path.read_bytes()
    if damage == "no footer":
        pq.write_table(pq.read_table(path).replace_schema_metadata(None), path)
    else:
        damaged = {"garbage": b"x" * 999, "half": content[: len(content) // 2]}
        path.write_bytes(damaged.get(damage, b""))
    for ask in (staging.read, staging.read_provenance):
        with pytest.raises(StagingError, match="delete it and run `headroom refresh`"):
            ask(settings, "core.estimates")


def test_rows_that_are_not_the_footers_are_refused(settings):
    staging.write(settings, "core.estimates", frame(ESTIMATES), Provenance("r", F1))
    path = staging.path_of(settings, "core.estimates")
    data = pq.read_table(path)
    pq.write_table(data.slice(0, 2), path)
    with pytest.raises(StagingError, match="does not hold what its footer says"):
        staging.verified(settings, "core.estimates")


def test_a_failed_write_leaves_the_old_file(settings, monkeypatch):
    staging.write(settings, "core.estimates", frame(ESTIMATES), Provenance("old", F1))

    def full(path, content):
        with path.open("wb") as file:
            file.write(content[: len(content) // 2])
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(StagingError, match=r"No space left on device.*make room"):
        staging.write(settings, "core.estimates", frame(ESTIMATES), Provenance("n", F1))
    assert staging.read_provenance(settings, "core.estimates").run_id == "old"
    assert [p.name for p in settings.staging.iterdir()] == ["core.estimates.parquet"]


def test_quarantine_keeps_rows_and_faults_until_a_good_table_comes(settings):
    bad = pd.DataFrame({"model_id": ["m"], "flop_p50": [-1.0]})
    faults = pd.DataFrame({"column": ["flop_p50"], "failure_case": [-1.0]})
    path = settings.staging / staging.quarantine(
        settings, "core.estimates", bad, faults
    )
    assert "flop_p50" in path.read_text()
    assert len(list(path.parent.iterdir())) == 2
    assert not staging.path_of(settings, "core.estimates").exists()
    staging.write(settings, "core.estimates", frame(ESTIMATES), Provenance("r", F1))
    assert list(path.parent.iterdir()) == []
