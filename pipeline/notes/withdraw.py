"""Marking every claim of a note as withdrawn, without touching another letter.

What belongs here: the edit of the text. What does not: writing the file.

A note that others repeat cannot simply be deleted: their `repeats` would lead nowhere.
Withdrawn, it stays readable, counts no longer, and its best echo speaks instead.
"""

from __future__ import annotations

import re

from pipeline.notes.parse import Note

STATUS = "withdrawn"


def withdrawn(text: str, note: Note) -> str:
    """The text of a note with `status: withdrawn` on every claim.

    Args:
        text: the note as it stands in the file.
        note: the same, read.

    Raises:
        ValueError: naming a claim that is not written one field a line.
    """
    lines = text.splitlines(keepends=True)
    added: dict[int, str] = {}
    for k, claim in enumerate(note.claims):
        status = note.lines.get(("claims", k, "status"))
        at = (status or note.lines["claims", k, "id"]) - 1
        name = "status" if status else "id"
        field = re.match(rf"^(?P<indent>\s*(?:- +)?){name}: *[^\s,}}]+", lines[at])
        if field is None:
            raise ValueError(
                f"the claim {claim.id} is not written one field a line; add "
                f"`status: {STATUS}` by hand"
            )
        if status:
            lines[at] = f"{field['indent']}status: {STATUS}\n"
        else:
            added[at] = f"{' ' * len(field['indent'])}status: {STATUS}\n"
    return "".join(line + added.get(at, "") for at, line in enumerate(lines))
