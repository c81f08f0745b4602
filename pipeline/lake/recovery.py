"""The lake's head is the truth: rebuild what is derived, sweep what was left behind.

What belongs here: comparing head and plain file, and the clean-up after killed writers.
What does not: recomputing a table, or repairing the lake itself.
"""

from __future__ import annotations

from pipeline.lake.errors import CatalogError
from pipeline.lake.files import sweep
from pipeline.lake.heads import Head, head
from pipeline.lake.local import MARK
from pipeline.lake.locks import writer
from pipeline.lake.place import Place, place_of
from pipeline.settings import Settings


def recover(settings: Settings) -> list[str]:
    """Repair what a killed or disturbed run left; quick when there is nothing to do.

    Returns:
        What was done, a sentence each.

    Raises:
        LockBusyError: while another process writes.
        CatalogError: if the lake cannot be read, or is not the one that was published.
    """
    with writer(settings, "recover"):
        place, current = place_of(settings), head(settings)
        if why := lost(settings, current):
            raise CatalogError(why)
        done = _sweep(settings, place)
        if current is None:
            return done
        from pipeline.lake import plain  # only now is DuckDB needed

        if plain.release_of(settings.plain) != (current.seq, current.release_id):
            plain.build(settings)
            done.append(f"rebuilt {settings.plain.name} from the lake's head")
        if place.shared and place.published() != (current.seq, current.release_id):
            place.give(settings.plain)
            done.append(f"put {settings.plain.name} into {place.root}")
        return done


def lost(settings: Settings, current: Head | None) -> str | None:
    """What shows that there was more history than the catalog knows; None if nothing.

    A catalog that is gone would otherwise start again at publication 1, and take the
    plain file with it.
    """
    from pipeline.lake import plain

    place, last = place_of(settings), plain.release_of(settings.plain)
    if last is None and current is None:
        last = place.published()
    known = f"ends at no. {current.seq}" if current else "knows none"
    if last and last[0] > (current.seq if current else 0):
        what = f"{settings.plain} holds publication {last[0]}, {last[1]}"
    elif current is None and not place.has(MARK) and place.sizes():
        what = f"{place.root}/data holds data of publications"
    else:
        return None
    return (
        f"{what}, but the catalog in {place.root} {known}: put back a copy with "
        f"`headroom lake restore DIR`; to begin a new history, move {settings.lake} "
        f"and {settings.plain.name} away and run `headroom refresh`"
    )


def _sweep(settings: Settings, place: Place) -> list[str]:
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
    if place.has(MARK):
        if place.has_lake():
            _remove_orphans(settings)
        place.remove(MARK)
        done.append("cleaned the lake of an unfinished publication")
    return done


def _remove_orphans(settings: Settings) -> None:
    from pipeline.lake.connect import LAKE, attached

    with attached(settings, write=True) as con:
        con.execute(
            f"CALL ducklake_delete_orphaned_files('{LAKE}', cleanup_all => true)"
        )
