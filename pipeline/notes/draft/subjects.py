"""Which models a text names, where, and in what role.

What belongs here: spellings of the registry, their positions and roles. What does not:
guessing a model from its maker.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from typing import Literal

from pipeline.notes.registry import Registry

MAX_MENTIONS = 50  # of one sentence; more is a list, not prose
Role = Literal["subject", "reference", "data"]

_WORD = re.compile(r"[A-Za-z]{1,40}\d{0,6}|\d{1,6}|[\u4e00-\u9fff]")
_SUFFIX = re.compile(r"-?[A-Za-z0-9]")
_ADJECTIVE = re.compile(r"-(?:style|like|based|level|class|type|scale|era)\b", re.I)
_DATA_BEHIND = re.compile(
    r"(?:'s)?\s?(?:生成的|产生的|蒸馏|outputs?\b|traces\b|generated)"
)
_DATA_BEFORE = re.compile(
    r"(?:generated (?:by|with|from)|distilled from|outputs? (?:of|from)|data from|"
    r"traces from|基于|由)\s?$",
    re.IGNORECASE,
)
_REFERENCE_BEFORE = re.compile(
    r"(?:compared (?:to|with)|relative to|versus|vs\.?|than|that of|those of|as|"
    r"times|fold|in contrast to|over that of|与|和|同|跟|比|相比于|相较于|相对于|较|是|于|"
    r"like|matche?s|comparable to|similar to|close to|on par with|接近)\s?"
    r"(?:the |OpenAI's? |OpenAI的?|DeepSeek's? |its predecessor,? )?$",
    re.IGNORECASE,
)
_REFERENCE_BEHIND = re.compile(r"\s?(?:相比|相当|相近|接近|差不多|低|高出|高)")
_SPLIT = re.compile(r"[\s_-]+")


@dataclass(frozen=True)
class Mention:
    """One model name where it stands."""

    model: str
    start: int
    end: int
    role: Role = "subject"


class Names:
    """The registry's spellings, ready for search in running text."""

    def __init__(self, registry: Registry) -> None:
        spellings: dict[str, set[str]] = defaultdict(set)
        for name, model in registry.model_names.items():
            spellings[_key(name)].add(model)
        self._first: dict[str, list[tuple[list[str], str]]] = defaultdict(list)
        for name, model in registry.model_names.items():
            key = _key(name)
            if len(spellings[key]) > 1 or len(name) < 2 or not _WORD.match(name):
                continue
            parts = [p for p in _SPLIT.split(name) if p]
            first = _WORD.match(name)
            if first:
                self._first[first[0]].append((parts, model))
        for entries in self._first.values():
            entries.sort(key=lambda e: (-len("".join(e[0])), e[1]))

    def mentions(self, text: str) -> list[Mention]:
        """Every model that a text names, the longest spelling first."""
        found: list[Mention] = []
        at = 0
        while len(found) < MAX_MENTIONS and (word := _WORD.search(text, at)):
            at = word.end()
            before = text[word.start() - 1 : word.start()]
            if before.isascii() and (before.isalnum() or before in tuple("-_/")):
                continue
            hit = self._at(text, word)
            if hit:
                found.append(hit)
                at = hit.end
        return found

    def _at(self, text: str, word: re.Match[str]) -> Mention | None:
        for parts, model in self._first.get(word[0].lower(), ()):
            end = _spelled(text, word.start(), parts)
            if end is None:
                continue
            if _SUFFIX.match(text, end) and not _ADJECTIVE.match(text, end):
                continue
            if _ADJECTIVE.match(text, end):
                return None
            return Mention(model, word.start(), end, _role(text, word.start(), end))
        return None


def _role(text: str, start: int, end: int) -> Role:
    before = text[max(0, start - 40) : start]
    if _DATA_BEHIND.match(text, end) or _DATA_BEFORE.search(before):
        return "data"
    if _REFERENCE_BEFORE.search(before) or _REFERENCE_BEHIND.match(text, end):
        return "reference"
    return "subject"


def _spelled(text: str, start: int, parts: list[str]) -> int | None:
    """End of a name whose parts stand with a blank, hyphen or nothing between."""
    at = start
    for k, part in enumerate(parts):
        if k and text[at : at + 1] in (" ", "-", "_"):
            at += 1
        if text[at : at + len(part)].lower() != part:
            return None
        at += len(part)
    return at


def _key(name: str) -> str:
    return _SPLIT.sub("", name)
