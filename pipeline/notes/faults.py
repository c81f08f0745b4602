"""A fault in a source file, told so that a person can mend it.

What belongs here: the record of a fault and the nearest known spelling. What does not:
finding faults.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Fault:
    """One thing that is wrong in one file; `line` 0 means the whole file."""

    path: str
    line: int
    field: str
    problem: str
    remedy: str
    found: str = ""

    def __str__(self) -> str:
        where = f"{self.path}:{self.line}" if self.line else self.path
        field = f" {self.field}:" if self.field else ""
        found = f" (found {self.found!r})" if self.found else ""
        return f"{where}:{field} {self.problem}{found}. {self.remedy}"


def no_list(path: str) -> Fault:
    """A registry whose entries are wrapped in a key, or that is no list at all."""
    return Fault(
        path, 1, "", "the file is not a list of entries: none of them is read",
        "Begin each entry with `- `, at the left margin, without a key around them",
    )  # fmt: skip


def nearest(word: str, known: Iterable[str]) -> str:
    """`Did you mean …?` for a typo, or '' when nothing is near."""
    close = difflib.get_close_matches(word.lower(), list(known), n=1, cutoff=0.6)
    return f" Did you mean {close[0]!r}?" if close else ""


def plain(message: str) -> str:
    """A message of pydantic as one of ours."""
    message = message.removeprefix("Value error, ")
    return message[:1].lower() + message[1:]


def short(value: object) -> str:
    """What was found, in at most 60 characters."""
    text = "" if value is None else str(value)
    return text if len(text) <= 60 else text[:57] + "…"
