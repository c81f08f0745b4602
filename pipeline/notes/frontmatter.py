"""YAML with the line of every value, all scalars as text.

What belongs here: splitting a note and loading YAML without YAML's own guesses (it
reads `6e23` as text and `no` as a boolean), and without what a record has no use for:
aliases, deep nesting, control characters. What does not: meaning.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import yaml

from pipeline.notes.faults import Fault, short
from pipeline.notes.unread import why_unread

MAX_NOTE = 1_000_000  # a note is a page of text; more is a mistake
MAX_NODES = 200_000  # YAML anchors can make a small file huge
MAX_DEPTH = 20
# Tab, line feed and carriage return are the only control characters of a text.
_CONTROL = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f"
    r"\u202a-\u202e\u2066-\u2069\ud800-\udfff]"  # turn of direction; half a letter
)

Path = tuple[str | int, ...]


class Unreadable(Exception):  # noqa: N818 - a state of a file, not an error of ours
    """A file that cannot be read at all; carries its fault."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(str(fault))
        self.fault = fault


class Lines(dict[Path, int]):
    """Line of each value by its path."""

    def near(self, path: Path) -> int:
        """Line of a path, or of its nearest parent that has one."""
        while path and path not in self:
            path = path[:-1]
        return self.get(path, 0)


def controls(text: str) -> str:
    """The first control character of a text, escaped; '' where there is none."""
    match = _CONTROL.search(text)
    return repr(match[0])[1:-1] if match else ""


def escaped(text: str) -> str:
    """The text with its control characters written out."""
    return _CONTROL.sub(lambda match: repr(match[0])[1:-1], text)


def decode(path: str, data: bytes) -> str:
    """Text of a file.

    Raises:
        Unreadable: if it is empty, too large or not UTF-8.
    """

    def stop(problem: str, remedy: str, line: int = 0) -> Unreadable:
        return Unreadable(Fault(path, line, "", problem, remedy))

    if reason := why_unread(data):
        raise stop(reason, "Put a regular file in its place, or take it away")
    if path.startswith("notes/") and len(data) > MAX_NOTE:
        raise stop(
            f"the file has {len(data) / 1e6:.1f} MB, a note at most 1 MB",
            "Put bulk data into sources/datasets/ and keep the note short",
        )
    if not data.strip():
        raise stop(
            "the file is empty", "Write a note (`headroom note new`) or delete it"
        )
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise stop("the file is UTF-16", "Save it as UTF-8")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise stop(
            f"byte {error.start} is not UTF-8", "Save the file as UTF-8", line
        ) from error


def split(path: str, text: str) -> str:
    """The YAML front matter of a note, with the line numbers of the file.

    Raises:
        Unreadable: if the `---` fences are missing.
    """
    lines = text.splitlines() or [""]
    if lines[0].strip() != "---":
        raise Unreadable(
            Fault(
                path, 1, "", "the note does not start with `---`",
                "Begin with YAML front matter between two lines of `---`",
                lines[0][:60],
            )
        )  # fmt: skip
    for number, line in enumerate(lines[1:], start=1):
        if line.strip() == "---":
            return "\n" + "\n".join(lines[1:number])
    raise Unreadable(
        Fault(path, 1, "", "the front matter is never closed", "Add a line with `---`")
    )


def load(path: str, text: str) -> tuple[Any, Lines]:
    """YAML as dicts, lists and text, with the line of every value.

    Built from the parser's events, so that neither depth nor a circle of aliases can
    exhaust the stack.

    Raises:
        Unreadable: on a syntax error, a key given twice, an alias, a control character
            or more than a record needs, naming the line.
    """
    tree = _Tree(path)
    try:
        for event in yaml.parse(text, Loader=yaml.CBaseLoader):
            tree.take(event)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None) or getattr(
            error, "context_mark", None
        )
        line = mark.line + 1 if mark else 0
        problem = str(getattr(error, "problem", None) or error).splitlines()[0]
        raise tree.stop(
            line, f"not valid YAML: {problem}",
            "Quote texts that contain `: ` or `#`, indent with spaces",
        ) from error  # fmt: skip
    return tree.root, tree.lines


@dataclass
class _Open:
    """A mapping or list that is being read; `key` waits for its value."""

    value: dict[str, Any] | list[Any]
    at: Path
    key: str | None = None


class _Tree:
    """The values read so far."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._open: list[_Open] = []
        self._nodes = 0
        self._documents = 0
        self.root: Any = None
        self.lines = Lines()

    def stop(self, line: int, problem: str, remedy: str, field: str = "") -> Unreadable:
        """The file as one that cannot be read."""
        return Unreadable(Fault(self._path, line, field, problem, remedy))

    def take(self, event: Any) -> None:
        """The next event of the parser."""
        line = event.start_mark.line + 1
        if isinstance(event, yaml.DocumentStartEvent):
            self._documents += 1
            if self._documents > 1:
                raise self.stop(line, "a second YAML document begins", "Keep one")
        elif isinstance(event, yaml.AliasEvent):
            raise self.stop(
                line, f"the alias *{short(event.anchor)} stands for a value",
                "Write the value itself",
            )  # fmt: skip
        elif isinstance(event, yaml.CollectionEndEvent):
            self._open.pop()
        elif isinstance(event, yaml.ScalarEvent):
            self._scalar(event, line)
        elif isinstance(event, yaml.CollectionStartEvent):
            value: Any = [] if isinstance(event, yaml.SequenceStartEvent) else {}
            at = self._place(value, line)
            self._open.append(_Open(value, at))
            if len(self._open) > MAX_DEPTH:
                raise self.stop(line, "the YAML is nested too deeply", "Flatten it")

    def _scalar(self, event: Any, line: int) -> None:
        text = event.value
        if sign := controls(text):
            raise self.stop(
                line, f"the control character {sign} stands in the text", "Remove it"
            )
        top = self._open[-1] if self._open else None
        if top is not None and isinstance(top.value, dict) and top.key is None:
            if text in top.value:
                raise self.stop(line, "the key stands twice", "Keep one of them", text)
            self.lines[(*top.at, text)] = line
            top.key = text
            return
        empty = text in {"", "~", "null"} and not event.style
        self._place(None if empty else text, line)

    def _place(self, value: Any, line: int) -> Path:
        """Put a value where it belongs, and return its path."""
        self._nodes += 1
        if self._nodes > MAX_NODES:
            raise self.stop(0, "the YAML is too large", "Split the file")
        at: Path = ()
        if not self._open:
            self.root = value
        else:
            top = self._open[-1]
            if isinstance(top.value, list):
                at = (*top.at, len(top.value))
                top.value.append(value)
            elif top.key is None:
                raise self.stop(line, "a key is a list or a mapping", "Use a word")
            else:
                at = (*top.at, top.key)
                top.value[top.key], top.key = value, None
        self.lines.setdefault(at, line)
        return at
