"""The shell around the core: one asset per table, bad frames stop, mixtures too."""

from __future__ import annotations

import ast
import importlib.util
from pathlib import Path

import dagster as dg
import pandas as pd
import pytest

from pipeline.assets import runs
from pipeline.assets.build import STEPS, build_definitions
from pipeline.assets.io import Made, Step, Warehouse
from pipeline.assets.jobs import REFRESH
from pipeline.assets.publish import release
from pipeline.assets.step import build
from pipeline.contracts import PUBLISHED, columns
from pipeline.lake import fingerprints, head, publish, staging
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


def _run(
    step: Step, settings: Settings, instance: dg.DagsterInstance | None = None
) -> dg.ExecuteInProcessResult:
    return _materialize([build(step)], settings, instance)


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
        step = Step("reading", tables, (), lambda *_, f=frames: Made(f, synthetic.F2))
        with dg.DagsterInstance.ephemeral() as instance:
            failed = _run(step, settings, instance)
            assert not failed.success
            assert instance.get_run_by_id(failed.run_id).tags[runs.REFUSED]
            alone = _materialize([release], settings, instance)
            assert not alone.success
            refused = instance.get_run_by_id(alone.run_id)
        message = alone.failure_data_for_node("publish__release").user_failure_data
        assert "run `headroom refresh`" in message.description
        assert refused.tags[runs.REFUSED] == "refused"
        assert head(settings).seq == 1


def test_a_step_computes_again_only_what_its_inputs_decide(tmp_path) -> None:
    settings = synthetic.settings_in(tmp_path)
    calls: list[int] = []
    ids = synthetic.frames()["core.hardware"]["hardware_id"].tolist()

    def computed(frames, _) -> Made:
        calls.append(len(frames["raw.sources"].columns))
        return Made({"core.hardware": synthetic.frames()["core.hardware"]})

    step = Step(
        "hardware", ("core.hardware",), ("raw.claims", "raw.sources"), computed,
        code=("contracts",),
        narrowed={"raw.sources": lambda f: f["raw.sources"][["source_id", "kind"]]},
    )  # fmt: skip

    def run(fingerprint: str, **changed: pd.DataFrame) -> dict:
        tables = synthetic.frames() | changed
        origin = synthetic.Provenance("r", fingerprint)
        for name in step.inputs:
            staging.write(settings, name, tables[name], origin)
        result = _run(step, settings)
        assert result.success
        (made,) = result.asset_materializations_for_node(step.name)
        found = staging.read(settings, "core.hardware")
        assert found.provenance.fingerprint == fingerprint
        assert found.provenance.inputs == {
            name: staging.read_provenance(settings, name).content
            for name in step.inputs
        }
        assert found.frame["hardware_id"].tolist() == ids
        return made.metadata["computed"].value, made.tags["dagster/data_version"]

    sources = synthetic.frames()["raw.sources"]
    claims = synthetic.frames()["raw.claims"]
    first, version = run(synthetic.F1)
    assert first == "anew"
    retitled = sources.assign(title="Another")
    again, same = run(synthetic.F2, **{"raw.sources": retitled})
    assert again.startswith("not again")
    assert same == version
    assert calls == [2]
    moved = claims.assign(value=claims["value"] * 2)
    assert run(synthetic.F3, **{"raw.claims": moved})[0] == "anew"
    assert run(synthetic.F1, **{"raw.claims": moved})[0].startswith("not again")
    path = staging.path_of(settings, "core.hardware")
    path.write_bytes(path.read_bytes()[:100])
    assert run(synthetic.F2, **{"raw.claims": moved})[0] == "anew"
    assert calls == [2, 2, 2]


def test_changed_code_computes_again(tmp_path, monkeypatch) -> None:
    one = [s.code_version for s in build(STEPS[1]).specs]
    assert len(set(one)) == 1
    assert one == [s.code_version for s in build(STEPS[1]).specs]
    read = fingerprints._modules
    monkeypatch.setattr(
        fingerprints, "_modules", lambda places: [*read(places), ("new.py", b"")]
    )
    assert one != [s.code_version for s in build(STEPS[1]).specs]


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


CORE = tuple(
    f"pipeline.{name}" for name in ("contracts", "notes", "estimation", "projection")
)


@pytest.mark.parametrize("step", STEPS, ids=lambda s: s.name)
def test_the_code_of_a_step_is_all_that_it_imports(step: Step) -> None:
    module = step.compute.__module__
    named = tuple(
        "pipeline." + place.removesuffix(".py").replace("/", ".") for place in step.code
    )
    assert module in named
    for needed in _imported(module, set()):
        assert needed.startswith(named), f"{step.name} needs {needed}"


def test_a_score_estimates_and_projects_nothing_anew(tmp_path) -> None:
    settings = mini.project(tmp_path)
    job = build_definitions(Warehouse(settings)).resolve_job_def(REFRESH)
    with dg.DagsterInstance.ephemeral() as instance:
        assert job.execute_in_process(instance=instance).success
        drawn = {p.name: p.stat().st_mtime_ns for p in settings.cache.glob("*.npy")}
        note = settings.sources / "notes" / "score.md"
        note.write_text(mini.note("score", mini.SCORE))
        second = job.execute_in_process(instance=instance)
        assert second.success
        assert head(settings).seq == 2
        told = {
            step.name: {
                made.metadata["computed"].value
                for made in second.asset_materializations_for_node(step.name)
            }
            for step in STEPS
        }
        kept = {"not again: same code, same inputs"}
        assert told["estimates"] == told["projections"] == kept
        assert told["sources"] == told["evidence"] == {"anew"}
        # A claim on another model draws its own component and no other.
        (settings.sources / "notes" / "o5.md").write_text(mini.note("o5", mini.LONE))
        assert job.execute_in_process(instance=instance).success
    now = {p.name: p.stat().st_mtime_ns for p in settings.cache.glob("*.npy")}
    assert drawn.items() <= now.items()
    assert len(now) > len(drawn)


def test_publish_alone_refuses_a_mixture(tmp_path) -> None:
    settings = mini.project(tmp_path)
    definitions = build_definitions(Warehouse(settings))
    job = definitions.resolve_job_def(REFRESH)
    with dg.DagsterInstance.ephemeral() as instance:
        assert job.execute_in_process(instance=instance).success
        note = settings.sources / "notes" / "o5.md"
        note.write_text(mini.note("o5", mini.O5))
        assert dg.materialize(
            [build(STEPS[0])],
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
