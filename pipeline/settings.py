"""The project folder and settings; the only reader of the environment.

What belongs here: HEADROOM_* variables, the usual AWS_* ones, and the folders derived
from them. What does not: constants of the method (sources/assumptions.yaml).
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

EPOCH_URL = "https://epoch.ai/data/notable_ai_models.csv"


class SettingsError(ValueError):
    """The environment says something that cannot be, or names no project."""


@dataclass(frozen=True)
class Remote:
    """The lake of several machines: a PostgreSQL catalog and S3-compatible storage.

    Attributes:
        catalog: libpq's connection string or URI; may hold a password.
        data: `s3://bucket/prefix`, without a slash at the end.
        key: access key.
        secret: secret key.
        token: session token, '' without one.
        region: of the bucket.
        endpoint: `http://…` or `https://…`; '' for AWS itself.
    """

    catalog: str = field(repr=False)
    data: str
    key: str = field(repr=False)
    secret: str = field(repr=False)
    token: str = field(repr=False, default="")
    region: str = "us-east-1"
    endpoint: str = ""

    def hide(self, text: str) -> str:
        """A text without what must not be shown; for messages of other programs."""
        for private in (self.catalog, self.secret, self.token, self.key):
            text = text.replace(private, "…") if private else text
        text = re.sub(r"://[^/@\s]*@", "://…@", text)
        return re.sub(r"(?i)password=('[^']*'|[^\s\"]*)", "password=…", text)


@dataclass(frozen=True)
class LanguageModel:
    """An endpoint of OpenAI's protocol that may help with drafts.

    Attributes:
        url: its address, `/v1` included.
        name: of the model.
        key: secret, '' where none is asked for; repeated nowhere.
        seconds: how long one answer may take.
    """

    url: str
    name: str
    key: str = field(repr=False, default="")
    seconds: float = 60.0


@dataclass(frozen=True)
class Settings:
    """Where everything lies. All paths are absolute.

    Attributes:
        sources: what people write.
        warehouse: what the pipeline makes.
        home: Dagster's runs and logs.
        epoch_url: where `headroom fetch epoch` finds the published table.
        remote: the lake of several machines; None for one in the warehouse.
        dagster_in_postgres: whether Dagster keeps its runs where HEADROOM_DAGSTER_URL
            says.
        epoch_daily: whether the schedule fetches it, too.
        webhook: address that hears of failed runs; it may hold a secret.
        sql_seconds: how long a query of `headroom sql` may run.
        sql_memory: what it may take of memory, such as `2GB`.
        sql_spill: what it may take of disk where memory does not do.
        language_model: what helps with drafts; None if nothing is set up.
        inbox: whether the schedule reads sources/feeds.yaml.
        inbox_private: whether it may ask hosts that are not public.
    """

    sources: Path
    warehouse: Path
    home: Path
    epoch_url: str = EPOCH_URL
    PLAIN: ClassVar[str] = "headroom.duckdb"
    remote: Remote | None = None
    dagster_in_postgres: bool = False
    epoch_daily: bool = False
    webhook: str | None = field(default=None, repr=False)
    sql_seconds: float = 60.0
    sql_memory: str = "2GB"
    sql_spill: str = "4GB"
    language_model: LanguageModel | None = None
    inbox: bool = False
    inbox_private: bool = False

    @property
    def datasets(self) -> Path:
        """Bulk tables that others publish; fetched, not committed."""
        return self.sources / "datasets"

    @property
    def staging(self) -> Path:
        """One Parquet file per table of the last run, and quarantine/."""
        return self.warehouse / "staging"

    @property
    def cache(self) -> Path:
        """Plain files of older releases that were asked for; safe to delete."""
        return self.warehouse / "cache"

    @property
    def lake(self) -> Path:
        """DuckLake: catalog.sqlite and data/."""
        return self.warehouse / "lake"

    @property
    def plain(self) -> Path:
        """The current release as one plain DuckDB file."""
        return self.warehouse / self.PLAIN

    @property
    def report(self) -> Path:
        """Folder of the HTML page."""
        return self.warehouse / "report"

    @property
    def lock(self) -> Path:
        """Lock file of the one writer."""
        return self.warehouse / ".writer.lock"


def choose(folder: Path) -> None:
    """Make a folder the project, for this process and those that it starts."""
    os.environ["HEADROOM_PROJECT"] = str(folder.expanduser().resolve())


def load(project: Path | None = None) -> Settings:
    """Find the project folder and read the environment.

    The project is the folder given, else HEADROOM_PROJECT, else the nearest parent of
    the working folder that has `sources/`.
    HEADROOM_SOURCES and HEADROOM_WAREHOUSE move the folders, DAGSTER_HOME the runs;
    HEADROOM_EPOCH_URL names an address of Epoch's table, and has it fetched daily;
    HEADROOM_WEBHOOK is called when a run fails; HEADROOM_SQL_SECONDS, …_MEMORY and
    …_SPILL limit `headroom sql`; HEADROOM_LLM_URL and …_MODEL (with …_KEY and
    …_SECONDS) name a language model that helps with drafts; HEADROOM_INBOX=on has the
    schedule read feeds, HEADROOM_INBOX_PRIVATE=on also from hosts that are not public.
    HEADROOM_CATALOG and HEADROOM_DATA put
    the lake where several machines reach it (docs/deploy.md).

    Args:
        project: its folder; then the three variables that move folders do not count.

    Raises:
        SettingsError: if there is no project, if those last two do not go together or
            if they lack a key.
    """

    def folder(variable: str, name: str) -> Path:
        moved = None if project else os.environ.get(variable)
        return Path(moved or _project(project) / name).expanduser().resolve()

    warehouse = folder("HEADROOM_WAREHOUSE", "warehouse")
    home = folder("DAGSTER_HOME", ".dagster")
    for path in (warehouse, home):
        if "?" in str(path):
            raise SettingsError(
                f"{path}: databases read what follows a question mark as options; "
                "rename the folder"
            )
    return Settings(
        sources=folder("HEADROOM_SOURCES", "sources"),
        warehouse=warehouse,
        home=home,
        epoch_url=os.environ.get("HEADROOM_EPOCH_URL") or EPOCH_URL,
        remote=_remote(),
        epoch_daily=bool(os.environ.get("HEADROOM_EPOCH_URL")),
        webhook=os.environ.get("HEADROOM_WEBHOOK") or None,
        dagster_in_postgres=bool(os.environ.get("HEADROOM_DAGSTER_URL")),
        sql_seconds=_seconds("HEADROOM_SQL_SECONDS", Settings.sql_seconds),
        sql_memory=_size("HEADROOM_SQL_MEMORY", Settings.sql_memory),
        sql_spill=_size("HEADROOM_SQL_SPILL", Settings.sql_spill),
        language_model=_language_model(),
        inbox=_switch("HEADROOM_INBOX"),
        inbox_private=_switch("HEADROOM_INBOX_PRIVATE"),
    )


def _switch(variable: str) -> bool:
    text = (os.environ.get(variable) or "off").lower()
    if text not in ("on", "off"):
        raise SettingsError(f"{variable} must be on or off")
    return text == "on"


def _language_model() -> LanguageModel | None:
    url, name = os.environ.get("HEADROOM_LLM_URL"), os.environ.get("HEADROOM_LLM_MODEL")
    if not url and not name:
        return None
    if not url or not name:
        raise SettingsError("HEADROOM_LLM_URL and HEADROOM_LLM_MODEL go together")
    if not re.match("https?://", url):
        raise SettingsError("HEADROOM_LLM_URL must begin with http:// or https://")
    return LanguageModel(
        url=url,
        name=name,
        key=os.environ.get("HEADROOM_LLM_KEY") or "",
        seconds=_seconds("HEADROOM_LLM_SECONDS", LanguageModel.seconds),
    )


def _seconds(variable: str, default: float) -> float:
    text = os.environ.get(variable)
    if not text:
        return default
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds < float("inf"):
        raise SettingsError(f"{variable} must be a number of seconds, such as 60")
    return seconds


def _size(variable: str, default: str) -> str:
    text = os.environ.get(variable) or default
    if not re.fullmatch(r"\d+(\.\d+)?\s*([KMGT]i?B)", text):
        raise SettingsError(f"{variable} must be a size, such as {default}")
    return text


def _project(chosen: Path | None) -> Path:
    """The project folder; never the one that this package is installed in."""
    named = chosen or os.environ.get("HEADROOM_PROJECT")
    if named:
        project = Path(named).expanduser().resolve()
        if not (project / "sources").is_dir():
            raise SettingsError(
                f"{project} has no folder `sources`, so it is no Headroom project; "
                f"`headroom init {project}` makes one"
            )
        return project
    try:
        here = Path.cwd()
    except FileNotFoundError as error:
        raise SettingsError("the working folder no longer exists") from error
    for project in (here, *here.parents):
        if (project / "sources").is_dir():
            return project
    raise SettingsError(
        f"{here} lies in no Headroom project (no folder `sources` there or above); "
        "go to one, name it with --project or HEADROOM_PROJECT, or make one with "
        "`headroom init DIR`"
    )


def _remote() -> Remote | None:
    """HEADROOM_CATALOG and HEADROOM_DATA, with the usual variables of an S3 client."""

    def first(*variables: str) -> str:
        return next((v for v in map(os.environ.get, variables) if v), "")

    catalog, data = first("HEADROOM_CATALOG"), first("HEADROOM_DATA")
    if not catalog and not data:
        return None
    key, secret = first("AWS_ACCESS_KEY_ID"), first("AWS_SECRET_ACCESS_KEY")
    endpoint = first("HEADROOM_S3_ENDPOINT", "AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL")
    kind, _, connection = catalog.partition(":")
    if kind != "postgres" or not connection:
        raise SettingsError(
            "HEADROOM_CATALOG must be `postgres:` and a connection string, such as "
            "`postgres:dbname=headroom host=db`, where HEADROOM_DATA is set"
        )
    if not re.fullmatch(r"s3://[^/]+/.*[^/].*", data):
        raise SettingsError(
            "HEADROOM_DATA must be a bucket and a prefix, such as "
            "`s3://bucket/headroom`, where HEADROOM_CATALOG is set"
        )
    if not (key and secret):
        raise SettingsError(
            "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY for HEADROOM_DATA"
        )
    if endpoint and not re.match("https?://", endpoint):
        raise SettingsError("HEADROOM_S3_ENDPOINT must begin with http:// or https://")
    return Remote(
        catalog=connection,
        data=data.rstrip("/"),
        key=key,
        secret=secret,
        token=first("AWS_SESSION_TOKEN"),
        region=first("AWS_REGION", "AWS_DEFAULT_REGION") or "us-east-1",
        endpoint=endpoint.rstrip("/"),
    )
