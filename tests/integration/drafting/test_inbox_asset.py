"""The inbox in Dagster: a table with links, and one alert a day where all is dead."""

import dagster as dg
import pytest
from draft_scores import ROOT

from pipeline.assets.build import build_definitions
from pipeline.assets.inbox import daily_inbox, inbox, inbox_job
from pipeline.assets.jobs import epoch, refresh_job
from pipeline.assets.warehouse import Warehouse
from pipeline.settings import load


@pytest.fixture
def warehouse(tmp_path, monkeypatch):
    sources = tmp_path / "sources"
    (sources / "notes").mkdir(parents=True)
    for name in ("models.yaml", "hardware.csv", "assumptions.yaml"):
        (sources / name).write_bytes((ROOT / "sources" / name).read_bytes())
    monkeypatch.setenv("HEADROOM_PROJECT", str(tmp_path))
    monkeypatch.setenv("HEADROOM_INBOX_PRIVATE", "on")
    return Warehouse(load())


def test_every_feed_dead_is_one_failure(warehouse, monkeypatch):
    monkeypatch.setenv("HEADROOM_INBOX", "on")
    warehouse = Warehouse(load())
    feeds = "".join(
        f"- id: f{k}\n  url: http://127.0.0.1:9/{k}\n  publisher: A\n"
        for k in range(30)
    )
    (warehouse.settings.sources / "feeds.yaml").write_text(feeds)
    done = dg.materialize(
        [inbox], resources={"warehouse": warehouse}, raise_on_error=False
    )
    failures = [e for e in done.all_events if e.is_step_failure]
    assert not done.success
    (failure,) = failures
    assert "none of 30 feeds answers" in str(failure.event_specific_data)


def test_materialize_all_asks_no_host_that_nobody_switched_on(warehouse):
    (warehouse.settings.sources / "feeds.yaml").write_text(
        "- id: f\n  url: http://127.0.0.1:9/f\n  publisher: A\n"
    )
    done = dg.materialize([inbox, epoch], resources={"warehouse": warehouse})
    skipped = [
        m.metadata["skipped"].value
        for node in ("visit_feeds", "sources__epoch")
        for m in done.asset_materializations_for_node(node)
    ]
    assert len(skipped) == 2
    assert all("not switched on" in str(why) for why in skipped)


def test_off_unless_switched_on(warehouse, monkeypatch):
    def tick():
        with dg.build_schedule_context(
            resources={"warehouse": Warehouse(load())}
        ) as context:
            return daily_inbox(context)

    assert isinstance(tick(), dg.SkipReason)
    monkeypatch.setenv("HEADROOM_INBOX", "on")
    assert isinstance(tick(), dg.RunRequest)


def test_a_refresh_asks_no_feed(warehouse):
    definitions = build_definitions(warehouse)
    keys = definitions.resolve_job_def(
        refresh_job.name
    ).asset_layer.executable_asset_keys
    assert dg.AssetKey(["inbox"]) not in keys
    keys = definitions.resolve_job_def(inbox_job.name).asset_layer.executable_asset_keys
    assert keys == {dg.AssetKey(["inbox"])}
