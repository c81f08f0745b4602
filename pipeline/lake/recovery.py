"""The lake's head is the truth: rebuild what is derived, sweep what was left behind.

What belongs here: comparing head and plain file, and the clean-up after killed writers.
What does not: recomputing a table, or repairing the lake itself.
"""

from __future__ import annotations

from pipeline.lake import marks
from pipeline.lake.files import sweep
from pipeline.lake.heads import has_catalog, head
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
        remote = settings.remote
        if remote and plain.stored_release(remote) != (current.seq, current.release_id):
            plain.store(settings)
            done.append(f"put {settings.plain.name} into {remote.data}")
        return done


def _sweep(settings: Settings) -> list[str]:
    folders = (
        settings.warehouse,
        settings.staging,
        settings.staging / "quarantine",
        settings.cache,
        settings.cache / "releases",
        settings.report,
    )
    left = [path for folder in folders for path in sweep(folder)]
    done = [f"removed {len(left)} files of a killed run"] if left else []
    if marks.stands(settings):
        if has_catalog(settings):
            _remove_orphans(settings)
        marks.end(settings)
        done.append("cleaned the lake of an unfinished publication")
    return done


def _remove_orphans(settings: Settings) -> None:
    from pipeline.lake.connect import LAKE, attached

    with attached(settings, write=True) as con:
        con.execute(
            f"CALL ducklake_delete_orphaned_files('{LAKE}', cleanup_all => true)"
        )
