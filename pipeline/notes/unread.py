"""What stands for a file that could not be read.

What belongs here: the mark that reading the folder leaves and parsing turns into a
fault. It imports nothing: every look at the folder uses it. What does not: either.
"""

from __future__ import annotations

_MARK = b"\0unread: "  # no text file begins so


def unread(reason: str) -> bytes:
    """The content of a file that was not read."""
    return _MARK + reason.encode("utf-8", "backslashreplace")


def why_unread(data: bytes) -> str:
    """The reason of a file that was not read; '' for all others."""
    head, _, reason = data.partition(_MARK)
    return "" if head or not reason else reason.decode("utf-8")
