"""A connector for a made-up organisation: one table of words, and its rows arrive."""

from __future__ import annotations

from datetime import date

from pipeline.datasets import CONNECTORS
from pipeline.datasets.base import Connector
from pipeline.notes.record import read_record
from tests import mini

ACME = Connector(
    id="acme",
    publisher="Acme Institute",
    page="https://acme.example/compute",
    licence="CC0",
    title="Acme's ledger of models",
    name=("System name",),
    published=("Released",),
    compute=("Compute in zettaFLOP",),
    flop_per_unit=1e21,
    label=("Trust",),
    labels={"high": "confident"},
    developer=("Maker",),
)
FILE = """\
Maker;Released;System name;Compute in zettaFLOP;Trust
OpenAI;2026-06-01;o5;3 000,5;high
Acme;2026-05-01;Acme Two;1,25e3;low
Acme;2026-05-01;Acme Two;1,25e3;low
Acme;;Acme Three;7,0;low
Acme;2026-05-01;Acme Four;;low
"""


def test_a_new_organisation_is_one_file() -> None:
    files = mini.files() | {"datasets/ledger_2026-07-01.csv": FILE.encode()}
    record = read_record(files, date(2026, 11, 24), (*CONNECTORS, ACME))
    assert record.faults == ()
    claims = record.tables["raw.claims"].set_index("claim_id")
    made = claims[claims["source_id"] == "acme-ledger-2026-07-01"]
    assert dict(made["value"]) == {
        "acme-ledger-2026-07-01/o5": 3000.5e21,
        "acme-ledger-2026-07-01/acme-two": 1.25e24,
    }
    source = record.tables["raw.sources"].set_index("source_id")
    told = source.loc["acme-ledger-2026-07-01"]
    assert (told["publisher"], told["licence"]) == ("Acme Institute", "CC0")
    rows = record.tables["raw.bulk_rows"]
    outcomes = rows["outcome"].value_counts().to_dict()
    assert outcomes == {"used": 2, "duplicate": 1, "no_date": 1, "no_compute": 1}
    assert len(rows) == len(FILE.splitlines()) - 1  # read = used + named reasons
