"""A damaged extension is a sentence: DuckDB does not verify their signatures here."""

from pathlib import Path

import pytest

from pipeline.lake import connect, head
from pipeline.lake.connect import attached, packaged
from pipeline.lake.errors import CatalogError

DAMAGE = {
    "halved": lambda whole: whole[: len(whole) // 2],
    "without its end": lambda whole: whole[:-256],
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_it_is_refused_in_one_sentence(damage, published, tmp_path, monkeypatch):
    before = head(published)
    whole = Path(packaged("ducklake")).read_bytes()
    broken = tmp_path / "ducklake.duckdb_extension"
    broken.write_bytes(DAMAGE[damage](whole))
    monkeypatch.setattr(
        connect,
        "packaged",
        lambda name: broken if name == "ducklake" else packaged(name),
    )
    with pytest.raises(CatalogError) as caught, attached(published):
        pass
    said = str(caught.value)
    assert "ducklake" in said
    assert len(said.splitlines()) == 1
    monkeypatch.undo()
    with attached(published) as con:
        assert con.execute("SELECT count(*) FROM lake.core.estimates").fetchone()
    assert head(published) == before
