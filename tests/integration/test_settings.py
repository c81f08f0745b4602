"""Settings of several machines, and the composition that uses them."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import dagster as dg
import pytest
import yaml

from pipeline import settings
from pipeline.assets.home import prepare_home
from pipeline.settings import Remote, Settings, SettingsError

DOCS = Path(__file__).parents[2] / "docs"
GOOD = {
    "HEADROOM_CATALOG": "postgres:dbname=lake host=db password=hunter2",
    "HEADROOM_DATA": "s3://bucket/lake/",
    "AWS_ACCESS_KEY_ID": "key-id",
    "AWS_SECRET_ACCESS_KEY": "secret-key",
}


@pytest.fixture
def environment(monkeypatch):
    for name in (*GOOD, "HEADROOM_S3_ENDPOINT", "AWS_ENDPOINT_URL", "AWS_REGION"):
        monkeypatch.delenv(name, raising=False)

    def given(**variables):
        for name, value in variables.items():
            monkeypatch.setenv(name, value)

    return given


def test_one_machine_is_the_default(environment):
    assert settings.load().remote is None


def test_two_variables_and_a_key_make_a_shared_lake(environment):
    environment(**GOOD, HEADROOM_S3_ENDPOINT="http://store:9000")
    found = settings.load().remote
    assert found is not None
    assert found.catalog == "dbname=lake host=db password=hunter2"
    assert found.data == "s3://bucket/lake"
    assert found.endpoint == "http://store:9000"
    shown = repr(settings.load())
    assert not any(word in shown for word in ("hunter2", "secret-key", "key-id"))


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"HEADROOM_CATALOG": ""}, "HEADROOM_CATALOG must be"),
        ({"HEADROOM_CATALOG": "mysql:db"}, "HEADROOM_CATALOG must be"),
        ({"HEADROOM_CATALOG": "postgres:"}, "HEADROOM_CATALOG must be"),
        ({"HEADROOM_DATA": ""}, "HEADROOM_DATA must be"),
        ({"HEADROOM_DATA": "s3://bucket"}, "HEADROOM_DATA must be"),
        ({"HEADROOM_DATA": "/folder"}, "HEADROOM_DATA must be"),
        ({"AWS_SECRET_ACCESS_KEY": ""}, "AWS_SECRET_ACCESS_KEY"),
        ({"HEADROOM_S3_ENDPOINT": "store:9000"}, "HEADROOM_S3_ENDPOINT must"),
    ],
)
def test_what_does_not_go_together_is_one_sentence(environment, changed, said):
    environment(**(GOOD | changed))
    with pytest.raises(SettingsError, match=said) as caught:
        settings.load()
    assert "hunter2" not in str(caught.value)


def test_messages_of_others_lose_what_is_private():
    remote = Remote("dbname=l password=hunter2", "s3://b/l", "key-id", "secret-key")
    text = (
        'at "dbname=l password=hunter2" key-id secret-key '
        "postgresql://me:hunter2@db/l and password='hunter2'"
    )
    shown = remote.hide(text)
    assert not any(word in shown for word in ("hunter2", "secret-key", "key-id"))


@pytest.mark.parametrize("in_postgres", [False, True])
def test_dagster_is_told_where_its_storage_is(tmp_path, in_postgres):
    prepare_home(
        Settings(tmp_path, tmp_path, tmp_path, dagster_in_postgres=in_postgres)
    )
    written = yaml.safe_load((tmp_path / "dagster.yaml").read_text())
    url = {"postgres": {"postgres_url": {"env": "HEADROOM_DAGSTER_URL"}}}
    assert written.get("storage") == (url if in_postgres else None)


def test_a_new_home_is_ready_and_reports_nothing_to_anyone(tmp_path):
    settings = Settings(tmp_path, tmp_path, tmp_path)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(prepare_home, [settings] * 4))
    made = {p.name for p in tmp_path.rglob("*.db")}
    assert {"runs.db", "schedules.db"} <= made
    with dg.DagsterInstance.from_config(str(tmp_path)) as instance:
        assert not instance.telemetry_enabled
        assert instance.get_runs_count() == 0


def test_the_composition_has_the_variables_that_are_read(environment):
    composed = yaml.safe_load((DOCS / "compose.yaml").read_text())
    told = composed["x-headroom"]["environment"]
    source = Path(settings.__file__).read_text()
    read = set(re.findall(r'"((?:HEADROOM|AWS|DAGSTER)_[A-Z0-9_]+)"', source))
    assert {n for n in told if not n.startswith("PG")} <= read
    environment(**{n: re.sub(r"\$\{.*\}", "x", v) for n, v in told.items()})
    remote = settings.load().remote
    assert remote is not None
    assert remote.endpoint == "http://storage:9000"
    ours = {n for n, s in composed["services"].items() if "headroom" in s["image"]}
    assert ours == {"refresh", "webserver", "daemon"}
    published = [p for s in composed["services"].values() for p in s.get("ports", [])]
    assert all(port.startswith("127.0.0.1:") for port in published)
    assert all(f"`{name}`" in (DOCS / "deploy.md").read_text() for name in GOOD)
