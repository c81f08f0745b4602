"""YAML with the line of every value, all scalars as text.

What belongs here: splitting a note and loading YAML without YAML's own guesses (it
reads `6e23` as text and `no` as a boolean). What does not: meaning.
"""

from __future__ import annotations

from typing import Any

import yaml

from pipeline.notes.faults import Fault

MAX_BYTES = 1_000_000  # a note is a page of text; more is a mistake
MAX_NODES = 50_000  # YAML anchors can make a small file huge

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


def decode(path: str, data: bytes) -> str:
    """Text of a file.

    Raises:
        Unreadable: if it is empty, too large or not UTF-8.
    """

    def stop(problem: str, remedy: str, line: int = 0) -> Unreadable:
        return Unreadable(Fault(path, line, "", problem, remedy))

    if len(data) > MAX_BYTES:
        raise stop(
            f"the file has {len(data) / 1e6:.1f} MB, a note at most 1 MB",
            "Put bulk data into sources/datasets/ and keep the note short",
        )
    if not data.strip():
        raise stop(
            "the file is empty", "Write a note (`headroom note new`) or delete it"
        )
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
    lines = text.splitlines()
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

    Raises:
        Unreadable: on a syntax error or a key given twice, naming the line.
    """
    try:
        root = yaml.compose(text, Loader=yaml.CBaseLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None) or getattr(
            error, "context_mark", None
        )
        line = mark.line + 1 if mark else 0
        problem = str(getattr(error, "problem", None) or error).splitlines()[0]
        raise Unreadable(
            Fault(
                path, line, "", f"not valid YAML: {problem}",
                "Quote texts that contain `: ` or `#`, indent with spaces",
            )
        ) from error  # fmt: skip
    lines = Lines()
    budget = [MAX_NODES]

    def build(node: Any, at: Path) -> Any:
        budget[0] -= 1
        if budget[0] < 0:
            raise Unreadable(
                Fault(path, 0, "", "the YAML is too large", "Split the file")
            )
        lines.setdefault(at, node.start_mark.line + 1)
        if isinstance(node, yaml.ScalarNode):
            return (
                None
                if node.value in {"", "~", "null"} and not node.style
                else node.value
            )
        if isinstance(node, yaml.SequenceNode):
            return [build(child, (*at, k)) for k, child in enumerate(node.value)]
        found: dict[str, Any] = {}
        for key, value in node.value:
            name = str(key.value)
            where = (*at, name)
            if name in found:
                raise Unreadable(
                    Fault(
                        path, key.start_mark.line + 1, name, "the key stands twice",
                        "Keep one of them",
                    )
                )  # fmt: skip
            lines[where] = key.start_mark.line + 1
            found[name] = build(value, where)
        return found

    return (build(root, ()) if root is not None else None), lines
