"""The shell around the core: one asset per table, bad frames stop, mixtures too."""

import ast
import importlib.util
from pathlib import Path

import dagster as dg
import pandas as pd
import pytest

from pipeline.assets import computed, raw, runs
from pipeline.assets import publish as publishing
from pipeline.assets.audited import Step, asset_specs, check_specs
from pipeline.assets.build import build_definitions
from pipeline.assets.publish import release
from pipeline.assets.warehouse import Warehouse
from pipeline.checks import advisory, magnitudes
from pipeline.contracts import PUBLISHED, columns
from pipeline.lake import Provenance, fingerprints, head, publish, staging
from pipeline.settings import Settings
from tests import mini, synthetic


def test_every_published_table_is_one_asset_with_units_and_words() -> None:
    specs = {
        ".".join(s.key.path): s for s in build_definitions().resolve_all_asset_specs()
    }
    authored = {f"sources.{n}" for n in ("notes", "registries", "datasets", "epoch")}
    assert set(specs) == {*PUBLISHED, "publish.release", "inbox"} | authored
    assert len(raw.TABLES) + len(computed.CORE | computed.OUT) == len(PUBLISHED)
    for name, table in PUBLISHED.items():
        spec = specs[name]
        assert spec.description
        assert spec.group_name == name.split(".")[0]
        shown = spec.metadata["dagster/column_schema"].columns
        assert [c.name for c in shown] == [c.name for c in columns(table)]
        for c, told in zip(columns(table), shown, strict=True):
            assert c.description in told.description
            assert c.unit in told.description


def _asset(
    tables: dict[str, pd.DataFrame], fingerprint: str = "1" * 64
) -> dg.AssetsDefinition:
    """An asset that writes these frames."""

    @dg.multi_asset(
        specs=asset_specs(dict.fromkeys(tables, ()), ("contracts",), ()),
        check_specs=check_specs(tables),
    )
    def made(context: dg.AssetExecutionContext, warehouse: dg.ResourceParam[Warehouse]):
        origin = Provenance(context.run_id, fingerprint)
        yield from Step(context, warehouse, origin).write(tables)

    return made


def _materialize(
    assets: list[dg.AssetsDefinition],
    settings: Settings,
    instance: dg.DagsterInstance | None = None,
) -> dg.ExecuteInProcessResult:
    return dg.materialize(
        assets,
        resources={"warehouse": Warehouse(settings)},
        instance=instance,
        raise_on_error=False,
    )


def test_a_bad_frame_is_quarantined_and_not_staged(tmp_path) -> None:
    settings = mini.project(tmp_path)
    table = "core.hardware"
    good = synthetic.frame(PUBLISHED[table])
    bad = good.assign(bf16_flop_per_s=-1.0)
    assert _materialize([_asset({table: good})], settings).success
    before = staging.read_provenance(settings, table)
    result = _materialize([_asset({table: bad})], settings)
    assert not result.success
    (evaluation,) = result.get_asset_check_evaluations()
    assert not evaluation.passed
    assert evaluation.blocking
    (row, *_) = evaluation.metadata["rows"].records
    assert row.data["column"] == "bf16_flop_per_s"
    assert staging.read_provenance(settings, table) == before
    assert list((settings.staging / "quarantine").iterdir())


def test_a_broken_rule_across_tables_stops_the_table(tmp_path) -> None:
    settings = mini.project(tmp_path)
    table = "core.models"
    frame = synthetic.frame(PUBLISHED[table]).assign(base_model_id="nobody")
    result = _materialize([_asset({table: frame})], settings)
    assert not result.success
    failed = [e for e in result.get_asset_check_evaluations() if not e.passed]
    assert [e.check_name for e in failed] == ["references"]
    assert "base_model_id" in runs.problems(result.all_events)[0]
    with pytest.raises(staging.StagingError, match="has not been computed"):
        staging.read(settings, table)


def test_nothing_is_projected_from_a_refused_estimate(tmp_path, monkeypatch) -> None:
    settings = mini.project(tmp_path)
    compute = computed.core_tables

    def broken(frames, found):
        tables = compute(frames, found)
        estimates = tables["core.estimates"].assign(flop_p05=1e30)
        return tables | {"core.estimates": estimates}

    monkeypatch.setattr(computed, "core_tables", broken)
    result = _materialize([raw.sources, computed.estimates_and_projections], settings)
    assert not result.success
    failed = {e.asset_key.path[1] for e in result.get_asset_check_evaluations()
              if e.blocking and not e.passed}  # fmt: skip
    assert failed == {"estimates"}
    assert staging.read(settings, "core.observations").frame.size
    for table in ("core.estimates", *computed.OUT):
        assert not staging.path_of(settings, table).exists()


def test_publish_alone_refuses_after_a_failed_check(tmp_path) -> None:
    """Whatever an earlier run left, in whichever table its check failed."""
    settings = synthetic.settings_in(tmp_path)
    synthetic.stage(settings, synthetic.frames(), synthetic.F1)
    publish(settings, run_id="r", fingerprint=synthetic.F1, now=synthetic.NOW)
    tables = ("raw.claims", "core.hardware")
    for broken in tables:
        frames = {name: synthetic.frames()[name] for name in tables}
        column = {"raw.claims": "stage", "core.hardware": "vendor"}[broken]
        frames[broken] = frames[broken].assign(**{column: None})
        if broken == "raw.claims":
            frames[broken]["disclosed_on"] = None
        with dg.DagsterInstance.ephemeral() as instance:
            made = _asset(frames, synthetic.F2)
            failed = _materialize([made], settings, instance)
            assert not failed.success
            assert instance.get_run_by_id(failed.run_id).tags[runs.REFUSED]
            alone = _materialize([release], settings, instance)
            assert not alone.success
            refused = instance.get_run_by_id(alone.run_id)
        message = alone.failure_data_for_node("publish__release").user_failure_data
        assert "run `headroom refresh`" in message.description
        assert refused.tags[runs.REFUSED] == "refused"
        assert head(settings).seq == 1


def test_a_hold_is_the_same_by_any_way_and_a_reason_overrules_it(
    tmp_path, monkeypatch
) -> None:
    """Command, sensor and button run this asset; the launchpad gives it a reason."""
    settings = synthetic.settings_in(tmp_path)
    synthetic.stage(settings, synthetic.frames(), synthetic.F1)
    found = {("m", "reasoning"): "m/reasoning would be 1e31 FLOP"}
    monkeypatch.setattr(magnitudes, "impossible", lambda _: found)
    # The rows are random: they break rules that are not asked here.
    monkeypatch.setattr(publishing, "_findings", lambda _: [])
    monkeypatch.setattr(publishing, "_facts", lambda _: {})
    monkeypatch.setattr(advisory, "implausible", lambda *_: pd.DataFrame())
    monkeypatch.setattr(publishing.report, "mend", lambda *_: [])
    with dg.DagsterInstance.ephemeral() as instance:
        held = _materialize([release], settings, instance)
        assert not held.success
        tags = instance.get_run_by_id(held.run_id).tags
        assert tags[runs.REFUSED] == "held"
        failure = held.failure_data_for_node("publish__release").user_failure_data
        assert found["m", "reasoning"] in failure.description
        assert head(settings) is None
        reason = {"ops": {"publish__release": {"config": {"accept": "it is right"}}}}
        resources = {"warehouse": Warehouse(settings)}
        assert dg.materialize(
            [release], instance=instance, resources=resources, run_config=reason
        ).success
    now = head(settings)
    assert (now.kind, now.reason) == ("accepted", "it is right")


def test_changed_code_shows_as_another_version(monkeypatch) -> None:
    def version() -> str:
        (spec,) = asset_specs({"core.hardware": ()}, computed.MODULES, ())
        return spec.code_version

    before = version()
    assert before == version()
    read = fingerprints._modules
    monkeypatch.setattr(
        fingerprints, "_modules", lambda places: [*read(places), ("new.py", b"")]
    )
    assert before != version()


def _imported(module: str, seen: set[str]) -> set[str]:
    """Modules of the project that a module needs, wherever it imports them."""
    if module in seen:
        return seen
    seen.add(module)
    found = importlib.util.find_spec(module)
    tree = ast.parse(Path(found.origin).read_text())
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            names = [node.module, *(f"{node.module}.{a.name}" for a in node.names)]
        elif isinstance(node, ast.Import):
            names = [a.name for a in node.names]
        else:
            continue
        for name in names:
            if name.startswith(CORE) and _exists(name):
                _imported(name, seen)
    return seen


def _exists(name: str) -> bool:
    try:
        return importlib.util.find_spec(name) is not None
    except ModuleNotFoundError:
        return False


CORE = tuple("pipeline." + place.removesuffix(".py") for place in fingerprints.METHOD)


@pytest.mark.parametrize("asset", [raw, computed], ids=["raw", "computed"])
def test_the_code_of_an_asset_is_all_that_it_imports(asset) -> None:
    named = tuple(
        "pipeline." + place.removesuffix(".py").replace("/", ".")
        for place in asset.MODULES
    )
    assert asset.__name__ in named
    for needed in _imported(asset.__name__, set()) - {asset.__name__}:
        assert needed.startswith(named), f"{asset.__name__} needs {needed}"
