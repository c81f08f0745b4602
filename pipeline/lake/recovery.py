"""The lake's head is the truth: rebuild what is derived, sweep what was left behind.

What belongs here: comparing head and plain file, and the clean-up after killed writers.
What does not: recomputing a table, or repairing the lake itself.
"""

from __future__ import annotations

from pipeline.lake.files import discard, sweep
from pipeline.lake.heads import catalog_path, head, unfinished
from pipeline.lake.locks import writer
from pipeline.settings import Settings


def recover(settings: Settings) -> list[str]:
    """Repair what a killed or disturbed run left; quick when there is nothing to do.

    Returns:
        What was done, a sentence each.

    Raises:
        LockBusyError: while another process writes.
        CatalogError: if the lake cannot be read.
    """
    with writer(settings, "recover"):
        done = _sweep(settings)
        current = head(settings)
        if current is None:
            return done
        from pipeline.lake import plain  # only now is DuckDB needed

        if plain.release_of(settings.plain) != (current.seq, current.release_id):
            plain.build(settings)
            done.append(f"rebuilt {settings.plain.name} from the lake's head")
        return done


def _sweep(settings: Settings) -> list[str]:
    folders = (settings.warehouse, settings.staging, settings.staging / "quarantine")
    left = [path for folder in folders for path in sweep(folder)]
    mark = unfinished(settings)
    done = [f"removed {len(left)} files of a killed run"] if left else []
    if mark.exists():
        if catalog_path(settings).exists():
            _remove_orphans(settings)
        discard(mark)
        done.append("cleaned the lake of an unfinished publication")
    return done


def _remove_orphans(settings: Settings) -> None:
    from pipeline.lake.connect import LAKE, attached

    with attached(settings, write=True) as con:
        con.execute(
            f"CALL ducklake_delete_orphaned_files('{LAKE}', cleanup_all => true)"
        )
