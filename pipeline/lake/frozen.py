"""A frozen DuckLake: the whole history as files that any web server can hand out.

What belongs here: a catalog in a DuckDB file beside Parquet files, made from the lake.
What does not: one release for everybody (export.py); the lake itself is not touched.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from pipeline.lake.backups import local
from pipeline.lake.connect import LAKE, connection, load
from pipeline.lake.errors import UsageError
from pipeline.lake.files import files_in, literal, new_folder
from pipeline.lake.heads import Head, head
from pipeline.lake.local import CATALOG
from pipeline.lake.locks import writer
from pipeline.settings import Settings

FROZEN = "headroom.ducklake"
_README = """\
# Headroom, every release up to {release}

Serve this folder as it lies; then, in any DuckDB with the extensions ducklake and
httpfs:

    ATTACH 'ducklake:https://HOST/{name}' AS headroom
      (READ_ONLY, DATA_PATH 'https://HOST/data/', OVERRIDE_DATA_PATH true);
    SELECT seq, release_id, snapshot_id FROM headroom.meta.releases;
    FROM headroom.core.estimates AT (VERSION => 1);
"""


def freeze(settings: Settings, release: Head, folder: Path) -> list[Path]:
    """Write the lake, all its releases included, into a new folder.

    Returns:
        The files, relative to the folder.

    Raises:
        UsageError: if the folder exists, the release is not the newest, or the lake
            lies in PostgreSQL.
    """
    place = local(settings)
    with writer(settings, "export"):
        if head(settings) != release:
            raise UsageError(
                "a frozen DuckLake holds every release: name the newest, "
                f"not {release.release_id}"
            )
        with new_folder(folder, "export") as temporary:
            shutil.copytree(place.data, temporary / "data")
            place.copy_catalog(temporary / CATALOG)
            _freeze(temporary)
            for path in temporary.glob(f"{CATALOG}*"):
                path.unlink()
            text = _README.format(release=release.release_id, name=FROZEN)
            (temporary / "README.md").write_text(text, encoding="utf-8")
    return files_in(folder)


def _freeze(folder: Path) -> None:
    """Bring inlined rows into files, then the SQLite catalog into a DuckDB file."""
    path = f"DATA_PATH {literal(f'{folder}/data/')}, OVERRIDE_DATA_PATH true"
    old, new = folder / CATALOG, folder / FROZEN
    with connection() as con:
        load(con, "sqlite_scanner", "ducklake")
        con.execute(f"ATTACH {literal(f'ducklake:sqlite:{old}')} AS {LAKE} ({path})")
        con.execute(f"CALL ducklake_flush_inlined_data('{LAKE}')")
        con.execute(f"DETACH {LAKE}")
        # Its own tables, empty, and no word of where it was made.
        made = f"ATTACH {literal(f'ducklake:{new}')} AS frozen (DATA_PATH 'data/')"
        con.execute(made)
        con.execute("DETACH frozen")
        con.execute(f"ATTACH {literal(new)} AS frozen")
        con.execute(f"ATTACH {literal(old)} AS old (TYPE sqlite, READ_ONLY)")
        tables = con.execute(
            "SELECT table_name, list(column_name ORDER BY column_index), "
            "list(data_type ORDER BY column_index) FROM duckdb_columns() "
            "WHERE database_name = 'frozen' AND table_name <> 'ducklake_metadata' "
            "GROUP BY ALL"
        ).fetchall()
        for table, names, types in tables:
            values = ", ".join(
                f'CAST("{name}" AS {kind})'
                for name, kind in zip(names, types, strict=True)
            )
            con.execute(f"DELETE FROM frozen.{table}")
            con.execute(f"INSERT INTO frozen.{table} SELECT {values} FROM old.{table}")
        con.execute("DELETE FROM frozen.ducklake_inlined_data_tables")
