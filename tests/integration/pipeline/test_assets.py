"""The shell around the core: one asset per table, bad frames stop, mixtures too."""

from __future__ import annotations

import dagster as dg
import pandas as pd
import pytest

from pipeline.assets import io
from pipeline.assets.build import STEPS, build_definitions
from pipeline.assets.io import Made, Step, Warehouse
from pipeline.assets.jobs import REFRESH
from pipeline.contracts import PUBLISHED, columns
from pipeline.lake import staging
from pipeline.settings import Settings
from tests import mini, synthetic


def test_every_published_table_is_one_asset_with_units_and_words() -> None:
    specs = {
        ".".join(s.key.path): s for s in build_definitions().resolve_all_asset_specs()
    }
    assert set(specs) == {*PUBLISHED, "publish.release"}
    assert sum(len(step.tables) for step in STEPS) == len(PUBLISHED)
    for name, table in PUBLISHED.items():
        spec = specs[name]
        assert spec.description
        assert spec.group_name == name.split(".")[0]
        shown = spec.metadata["dagster/column_schema"].columns
        assert [c.name for c in shown] == [c.name for c in columns(table)]
        for c, told in zip(columns(table), shown, strict=True):
            assert c.description in told.description
            assert c.unit in told.description


def _run(step: Step, settings: Settings) -> dg.ExecuteInProcessResult:
    return dg.materialize(
        [io.build(step)],
        resources={"warehouse": Warehouse(settings)},
        raise_on_error=False,
    )


def test_a_bad_frame_is_quarantined_and_not_staged(tmp_path) -> None:
    settings = mini.project(tmp_path)
    good = synthetic.frame(PUBLISHED["core.hardware"])
    bad = good.assign(bf16_flop_per_s=-1.0)

    def made(frame: pd.DataFrame) -> Step:
        return Step(
            "hardware", ("core.hardware",), (),
            lambda *_: Made({"core.hardware": frame}, fingerprint="1" * 64),
        )  # fmt: skip

    assert _run(made(good), settings).success
    before = staging.read_provenance(settings, "core.hardware")
    result = _run(made(bad), settings)
    assert not result.success
    (evaluation,) = result.get_asset_check_evaluations()
    assert not evaluation.passed
    assert evaluation.blocking
    assert "bf16_flop_per_s" in evaluation.metadata["rows"].value
    assert staging.read_provenance(settings, "core.hardware") == before
    assert list((settings.staging / "quarantine").iterdir())


def test_a_broken_rule_across_tables_stops_the_table(tmp_path) -> None:
    settings = mini.project(tmp_path)
    table = "core.models"
    frame = synthetic.frame(PUBLISHED[table]).assign(base_model_id="nobody")
    step = Step(
        "models", (table,), (), lambda *_: Made({table: frame}, fingerprint="1" * 64)
    )
    result = _run(step, settings)
    assert not result.success
    failed = [e for e in result.get_asset_check_evaluations() if not e.passed]
    assert [e.check_name for e in failed] == ["references"]
    with pytest.raises(staging.StagingError, match="has not been computed"):
        staging.read(settings, table)


def test_publish_alone_refuses_a_mixture(tmp_path) -> None:
    settings = mini.project(tmp_path)
    definitions = build_definitions(Warehouse(settings))
    job = definitions.resolve_job_def(REFRESH)
    with dg.DagsterInstance.ephemeral() as instance:
        assert job.execute_in_process(instance=instance).success
        note = settings.sources / "notes" / "o5.md"
        note.write_text(mini.note("o5", mini.O5))
        assert dg.materialize(
            [io.build(STEPS[0])],
            resources={"warehouse": Warehouse(settings)},
            instance=instance,
        ).success
        alone = job.execute_in_process(
            instance=instance,
            asset_selection=[dg.AssetKey(["publish", "release"])],
            raise_on_error=False,
        )
    assert not alone.success
    message = alone.failure_data_for_node("publish__release").user_failure_data
    assert "run `headroom refresh`" in message.description
