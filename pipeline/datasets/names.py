"""Names of bulk rows: cleaned, turned into ids, and compared with the registry.

What belongs here: spelling. What does not: which row is used (merge.py). A name leads
to a registered model by alias only; one that is merely near is listed for a person.
"""

from __future__ import annotations

import difflib
import hashlib
import re
import unicodedata
from collections.abc import Collection, Iterable

import numpy as np

from pipeline.notes.registry import Registry, folded

NEAR = 0.9  # difflib's ratio from which two names are shown to a person
_BLOCK = 256  # names compared at once, which bounds the memory


def slug(name: str) -> str:
    """An id for a name: Latin letters and digits, hyphens between them."""
    latin = "".join(_latin(c) for c in unicodedata.normalize("NFKD", name))
    plain = latin.encode("ascii", "ignore").decode()
    spelled = plain.lower().replace("+", " plus ")
    return re.sub(r"[^a-z0-9]+", "-", spelled).strip("-") or "model-" + _mark(name)


def _latin(letter: str) -> str:
    """`alpha` for α: PanGu-α and PanGu-Σ are two models."""
    said = unicodedata.name(letter, "")
    return said.split()[-1].lower() if said.startswith("GREEK ") else letter


def _mark(name: str) -> str:
    return hashlib.sha256(folded(name).encode()).hexdigest()[:6]


class Identities:
    """Ids of models by name: registered ones by alias, others by their own slug.

    A name keeps its id through all files. A slug that already stands for another name
    gets a suffix made from the name, so that later files cannot change it.
    """

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._given: dict[str, str] = {}
        self._owner = dict.fromkeys(registry.models, "a registered model")

    def known(self, name: str) -> str | None:
        """The id that a name has so far, None if it has none."""
        return self._registry.model(name) or self._given.get(folded(name))

    def is_registered(self, name: str) -> bool:
        """Whether models.yaml knows the name."""
        return self._registry.model(name) is not None

    def give(self, name: str) -> tuple[str, str]:
        """The id of a name, given now if need be, and why it has a suffix ('')."""
        found = self.known(name)
        if found is not None:
            return found, ""
        identity, why = slug(name), ""
        if identity in self._owner:
            why = f"the id {identity} belongs to {self._owner[identity]}"
            identity = f"{identity}-{_mark(name)}"
        self._owner[identity] = name
        self._given[folded(name)] = identity
        return identity, why


def near(names: Collection[str], known: Iterable[str]) -> dict[str, str]:
    """The nearest known spelling of each name that has one at `NEAR` or above.

    Counts of characters bound the ratio from above; they leave few pairs to compare.

    Args:
        names: names that lead to no registered model.
        known: registered names, folded.
    """
    mine, theirs = sorted(set(names)), sorted(set(known))
    if not mine or not theirs:
        return {}
    left, right = [folded(n) for n in mine], theirs
    letters = {c: k for k, c in enumerate(sorted(set("".join(left + right))))}
    a, b = _counts(left, letters), _counts(right, letters)
    size_a, size_b = a.sum(axis=1), b.sum(axis=1)
    found: dict[str, str] = {}
    for start in range(0, len(a), _BLOCK):
        part = slice(start, start + _BLOCK)
        shared = np.zeros((len(a[part]), len(b)), dtype=np.int64)
        for letter in np.flatnonzero(a[part].any(axis=0) & b.any(axis=0)):
            shared += np.minimum.outer(a[part, letter], b[:, letter])
        bound = 2 * shared >= NEAR * (size_a[part, None] + size_b[None, :])
        for i, j in np.argwhere(bound):
            name, other = mine[start + i], right[j]
            ratio = difflib.SequenceMatcher(None, left[start + i], other).ratio()
            best = found.get(name)
            if ratio >= NEAR and (best is None or ratio > _ratio(name, best)):
                found[name] = other
    return found


def _ratio(name: str, other: str) -> float:
    return difflib.SequenceMatcher(None, folded(name), other).ratio()


def _counts(
    names: list[str], letters: dict[str, int]
) -> np.ndarray[tuple[int, int], np.dtype[np.int16]]:
    table = np.zeros((len(names), len(letters)), dtype=np.int16)
    for k, name in enumerate(names):
        for letter in name:
            table[k, letters[letter]] += 1
    return table
