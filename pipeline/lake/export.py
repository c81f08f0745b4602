"""A release as a folder that anyone can read, cite and check without us.

What belongs here: writing Parquet, CSV, one DuckDB file and what describes them; charts
are drawn in pictures.py. It reads the plain file of the release only, which carries its
own dictionary, so an old release is exported as it was. The same release gives the same
bytes: no clock, no random number. What does not: publishing.
"""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet

from pipeline.lake import describe, pictures
from pipeline.lake.files import files_in, new_folder
from pipeline.lake.heads import Head
from pipeline.lake.history import plain_of
from pipeline.settings import Settings

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


def export(settings: Settings, release: Head, folder: Path) -> list[Path]:
    """Write a release into a new folder.

    Returns:
        The files, relative to the folder.

    Raises:
        UsageError: if the folder has content already.
    """
    import duckdb

    plain = plain_of(settings, release)
    with new_folder(folder, "export") as temporary:
        shutil.copyfile(plain, temporary / "headroom.duckdb")
        with duckdb.connect(plain, read_only=True) as con:
            con.execute("SET TimeZone = 'UTC'")
            tables = describe.tables(con)
            for table in tables:
                _write(con, table, temporary)
            drawn = pictures.draw(con, temporary)
            sources = con.execute(
                "SELECT title, url FROM raw.sources ORDER BY source_id"
            ).fetchall()
        files = {
            "CITATION.cff": describe.citation(release),
            "DICTIONARY.md": describe.dictionary(release, tables),
            "datapackage.json": describe.datapackage(
                release, tables, drawn, sources, temporary
            ),
        }
        for name, text in files.items():
            (temporary / name).write_text(text, encoding="utf-8")
        _checksums(temporary)
    return files_in(folder)


def _write(con: DuckDBPyConnection, table: describe.Described, folder: Path) -> None:
    order = ", ".join(f'"{c}"' for c in table.key)
    data = con.execute(f"FROM {table.name} ORDER BY {order}").to_arrow_table()
    schema = pa.schema(
        [
            pa.field(c.name, data.schema.field(c.name).type, nullable=c.nullable)
            for c in table.columns
        ]
    )
    data = data.cast(schema)
    csv, parquet = (
        folder / f"{kind}/{table.name}.{kind}" for kind in ("csv", "parquet")
    )
    for path in (csv, parquet):
        path.parent.mkdir(exist_ok=True)
    # The CSV's sha256 is the one that meta.releases records for the table.
    pyarrow.csv.write_csv(data, csv)
    pyarrow.parquet.write_table(data, parquet, compression="zstd")


def _checksums(folder: Path) -> None:
    lines = [
        f"{sha256(path)}  {path.relative_to(folder).as_posix()}\n"
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    ]
    (folder / "SHA256SUMS").write_text("".join(lines), encoding="utf-8")


def sha256(path: Path) -> str:
    """The sha256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
