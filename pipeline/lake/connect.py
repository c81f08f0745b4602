"""DuckDB connections to the lake.

What belongs here: loading the packaged extensions, attaching, and turning a database's
own errors into sentences. What does not: a user's SQL, which never meets a connection
with an extension in it (sandbox.py).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.lake.errors import CatalogError
from pipeline.lake.files import literal
from pipeline.lake.local import catalog_in_use
from pipeline.lake.place import Place, place_of
from pipeline.settings import Settings

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

LAKE = "lake"  # the name under which it is attached
_OPTIONS = {
    # Smaller changes lie in the catalog until the next compaction: every file adds to
    # the statistics that each write reads again.
    "data_inlining_row_limit": "400",
    "parquet_compression": "zstd",
}


@contextmanager
def attached(
    settings: Settings, *, snapshot: int | None = None, write: bool = False
) -> Iterator[DuckDBPyConnection]:
    """A connection with the lake attached as `lake`.

    Args:
        settings: where the lake lies.
        snapshot: attach it as it was then; the newest by default.
        write: allow writing, and create the lake if there is none.

    Raises:
        CatalogError: if there is no lake, or it cannot be read or written.
    """
    import duckdb

    place = place_of(settings)
    if not write and not place.has_lake():
        raise CatalogError("nothing has been published yet: run `headroom refresh`")
    with catalog_in_use(), connection() as con:
        # Tables of some thousand rows: a second thread costs a fifth of a publication
        # more than it saves. And threads take the blocks of a file that is being built
        # in the order in which they happen to come.
        con.execute("SET threads = 1")
        try:
            load(con, *place.extensions, "ducklake")
            place.reach(con)
            con.execute(_attach(place, snapshot=snapshot, write=write))
            if write:
                # A second writer, had it slipped past the lock, fails instead of
                # publishing under the number of the first.
                con.execute("SET ducklake_max_retry_count = 0")
                _set_options(con)
        except duckdb.Error as error:
            raise CatalogError(place.unusable(error)) from None
        try:
            yield con
        except duckdb.Error as error:
            why = place.hide(str(error).splitlines()[0])
            raise CatalogError(
                f"the lake in {place.root} failed ({why}); what was published before "
                "is untouched: `headroom doctor` looks for the cause"
            ) from None


def load(con: DuckDBPyConnection, *extensions: str) -> None:
    """Load extensions from their packages."""
    for extension in extensions:
        con.execute(f"LOAD {literal(packaged(extension))}")


@contextmanager
def connection(database: str | Path = ":memory:") -> Iterator[DuckDBPyConnection]:
    """A DuckDB connection that fetches no extension, in UTC."""
    import duckdb

    with duckdb.connect(
        database,
        config={
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
            # Whose file it is was settled when its package was installed by hash. To
            # verify a signature, DuckDB would read all of it at every LOAD.
            "allow_unsigned_extensions": "true",
        },
    ) as con:
        con.execute("SET TimeZone = 'UTC'")
        yield con


def packaged(extension: str) -> Path:
    """The extension's file inside its pinned Python package; nothing is installed."""
    spec = find_spec(f"duckdb_extension_{extension}")
    folders = list(spec.submodule_search_locations or ()) if spec else []
    for folder in folders:
        for path in Path(folder).rglob(f"{extension}.duckdb_extension"):
            return path
    raise CatalogError(
        f"the package duckdb-extension-{extension.replace('_', '-')} is missing: "
        "run `make setup` (with HEADROOM_CATALOG: `make setup-cluster`)"
    )


def _attach(place: Place, *, snapshot: int | None, write: bool) -> str:
    options = [
        # Absolute, and overriding what the catalog remembers: DuckLake takes a relative
        # path from the working directory, and a warehouse may have been moved.
        f"DATA_PATH {literal(f'{place.root}/data/')}",
        "OVERRIDE_DATA_PATH true",
        *place.options,
    ]
    if not write:
        options.append("READ_ONLY")
    if snapshot is not None:
        options.append(f"SNAPSHOT_VERSION {snapshot}")
    catalog = literal(f"ducklake:{place.catalog}")
    return f"ATTACH {catalog} AS {LAKE} ({', '.join(options)})"


def _set_options(con: DuckDBPyConnection) -> None:
    rows = con.execute(f"SELECT option_name, value FROM {LAKE}.options()").fetchall()
    have = dict(rows)
    for name, value in _OPTIONS.items():
        # Once, in a new lake: set while the lake has a view, it crashes the process.
        if have.get(name) != value:
            con.execute(f"CALL {LAKE}.set_option('{name}', {literal(value)})")
