"""The inbox: what feeds listed, what it says that is new, and what was decided.

What belongs here: one visit to the feeds, echoes of the record, the order of what is
left, and the state in warehouse/inbox/. What does not: fetching (web.py), feeds
(feeds.py), reading a text (drafting/), printing (cli/inbox.py).
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from pipeline.drafting.candidates import Candidate
from pipeline.drafting.clean import main_text
from pipeline.drafting.draft import Head, draft_note, language_of, written
from pipeline.drafting.page import page_of
from pipeline.drafting.rules import extract
from pipeline.inbox.feeds import Feed, Item, items, read_feeds
from pipeline.inbox.web import Web, WebError
from pipeline.lake.errors import UsageError
from pipeline.lake.files import replacing
from pipeline.notes.registry import Registry
from pipeline.settings import Settings

TRIES = 3  # visits on which a page that cannot be fetched is asked for again
WEIGHED = 3  # claims of an entry whose effect is computed
SAME = 0.02  # relative difference below which a figure of the record is meant
OPEN = ("proposed", "failed")

Weigh = Callable[[str], "Effect | None"]


@dataclass(frozen=True)
class Effect:
    """What accepting a claim would do: to the dates, and to estimates.

    Attributes:
        days: most that a date of convergence moves.
        oom: most that a median moves, in orders of magnitude.
        new: stages that would get an estimate.
        claim: the sentence that was weighed.
    """

    days: float = 0.0
    oom: float = 0.0
    new: int = 0
    claim: str = ""

    @property
    def size(self) -> tuple[float, float, int]:
        """By this the inbox is sorted, largest first."""
        return (self.days, self.oom, self.new)


@dataclass(frozen=True)
class Entry:
    """One entry of a feed and what became of it.

    Attributes:
        status: proposed, echo, nothing, failed, accepted or dismissed.
        reason: why, in a sentence.
        claims: what it proposes, a line each.
    """

    id: str
    feed: str
    title: str
    link: str
    published_on: str | None
    seen_on: str
    status: str
    reason: str = ""
    claims: tuple[str, ...] = ()
    effect: Effect = Effect()
    tries: int = 0


@dataclass
class State:
    """What is remembered between visits: validators of feeds, and entries by id."""

    feeds: dict[str, dict[str, str | None]] = field(default_factory=dict)
    entries: dict[str, Entry] = field(default_factory=dict)

    def ranked(self) -> list[Entry]:
        """Entries that wait for a person, what would change most first."""
        waiting = [e for e in self.entries.values() if e.status in OPEN]
        return sorted(
            waiting,
            key=lambda e: (e.status != "proposed", *(-x for x in e.effect.size), e.id),
        )


@dataclass(frozen=True)
class Visit:
    """What one visit brought."""

    new: tuple[Entry, ...]
    dead: dict[str, str]
    feeds: int
    requests: int


def folder(settings: Settings) -> Path:
    """Where the inbox lies."""
    return settings.warehouse / "inbox"


def load(settings: Settings) -> State:
    """The state as stored; an empty one where there is none.

    Raises:
        UsageError: if it cannot be read.
    """
    path = folder(settings) / "state.json"
    if not path.is_file():
        return State()
    try:
        facts = json.loads(path.read_text(encoding="utf-8"))
        entries = {
            k: Entry(
                **e | {"effect": Effect(**e["effect"]), "claims": tuple(e["claims"])}
            )
            for k, e in facts["entries"].items()
        }
        return State(facts["feeds"], entries)
    except (ValueError, TypeError, KeyError) as error:
        raise UsageError(f"{path} cannot be read ({error}); move it away") from error


def save(settings: Settings, state: State) -> None:
    """Store the state whole."""
    with replacing(folder(settings) / "state.json") as path:
        facts = {
            "feeds": state.feeds,
            "entries": {k: asdict(e) for k, e in state.entries.items()},
        }
        path.write_text(
            json.dumps(facts, ensure_ascii=False, indent=1), encoding="utf-8"
        )


def feeds_of(settings: Settings) -> list[Feed]:
    """The feeds that the operator lists.

    Raises:
        UsageError: if there are none, or one is faulty.
    """
    path = settings.sources / "feeds.yaml"
    if not path.is_file():
        raise UsageError(f"{path}: there is no such file; it lists the feeds to read")
    found, faults = read_feeds("feeds.yaml", path.read_bytes())
    if faults:
        raise UsageError("\n".join(map(str, faults)))
    return found


def visit(
    settings: Settings,
    registry: Registry,
    known: Iterable[dict[str, Any]],
    weigh: Weigh,
    web: Web | None = None,
) -> Visit:
    """Ask every feed, draft what is new, drop what the record has, order the rest.

    Args:
        settings: folders and switches.
        registry: known models.
        known: rows of raw.claims.
        weigh: what a claim in one line would do; None where it cannot be said.
        web: for limits other than the usual ones.
    """  # fmt: skip
    web = web or Web(private=settings.inbox_private)
    state, claims = load(settings), list(known)
    dead: dict[str, str] = {}
    new: list[Entry] = []
    asked = 0
    feeds = feeds_of(settings)
    for feed in feeds:
        marks = state.feeds.get(feed.id, {})
        asked += 1
        try:
            answer = web.get(
                feed.address, marks.get("etag"), marks.get("last_modified")
            )
            listed = items(feed, answer.body) if answer.body is not None else []
        except (WebError, ValueError) as error:
            dead[feed.id] = str(error)
            continue
        state.feeds[feed.id] = {
            "etag": answer.etag,
            "last_modified": answer.last_modified,
        }
        # A page that failed is asked for again, whether or not its feed still lists it.
        again = [
            _item(e)
            for e in state.entries.values()
            if e.feed == feed.id and e.status == "failed" and e.tries < TRIES
        ]
        for item in {i.id: i for i in (*again, *listed)}.values():
            old = state.entries.get(item.id)
            if old is not None and not (old.status == "failed" and old.tries < TRIES):
                continue
            asked += 1
            entry = _read(settings, feed, item, registry, claims, weigh, web)
            state.entries[item.id] = replace(entry, tries=(old.tries if old else 0) + 1)
            new.append(state.entries[item.id])
            save(settings, state)
    save(settings, state)
    return Visit(tuple(new), dead, len(feeds), asked)


def _item(entry: Entry) -> Item:
    day = date.fromisoformat(entry.published_on) if entry.published_on else None
    return Item(entry.id, entry.feed, entry.title, entry.link, day)


def _read(
    settings: Settings, feed: Feed, item: Item, registry: Registry,
    claims: list[dict[str, Any]], weigh: Weigh, web: Web,
) -> Entry:  # fmt: skip
    """One entry: its page fetched, drafted, held against the record, weighed."""
    today = datetime.now(UTC).date()
    entry = Entry(
        item.id, feed.id, item.title, item.link,
        item.published_on.isoformat() if item.published_on else None,
        today.isoformat(), "nothing",
    )  # fmt: skip
    try:
        answer = web.get(item.link)
    except WebError as error:
        return replace(entry, status="failed", reason=str(error))
    data = answer.body or b""
    text = main_text(data)
    found = extract(text, registry)
    page = page_of(data, answer.url, text)
    day = item.published_on or page.published_on
    fresh = [c for c in found.candidates if c.repeats is None]
    echoes = {c: known for c in fresh if (known := echo_of(c, claims))}
    left = tuple(c for c in fresh if c not in echoes)
    if not fresh:
        return replace(entry, reason="no figure on training compute")
    if not left:
        said = ", ".join(sorted(set(echoes.values())))
        return replace(entry, status="echo", reason=f"the record has it: {said}")
    head = Head(
        f"{feed.id}-{item.id}", item.title or page.title or item.id, item.link, day,
        today, language_of(text), feed.publisher, feed.kind,
    )  # fmt: skip
    with replacing(folder(settings) / f"{item.id}.md") as path:
        path.write_text(
            draft_note(head, replace(found, candidates=left)), encoding="utf-8"
        )
    sure = [c for c in left if c.model and not any("doubtful" in f for f in c.flags)]
    effects = [
        e
        for c in sure[:WEIGHED]
        if (e := weigh(sentence(c, day or today, registry, feed.kind)))
    ]
    return replace(
        entry, status="proposed", published_on=day.isoformat() if day else None,
        reason=f"{len(left)} new, {len(echoes)} known",
        claims=tuple(_line(c) for c in left),
        effect=max(effects, key=lambda e: e.size, default=Effect()),
    )  # fmt: skip


def echo_of(c: Candidate, claims: Iterable[dict[str, Any]]) -> str | None:
    """The record's claim with this figure of this model, or None."""
    if c.model is None or not c.known:
        return None
    value = c.value / 100 if c.unit == "%" and c.evidence != "score" else c.value
    for row in claims:
        if row["model_id"] != c.model or not _alike(c.evidence, str(row["evidence"])):
            continue
        stated = [row.get("value"), *_inputs(row)]
        if any(
            isinstance(v, int | float)
            and v > 0
            and math.isclose(v, value, rel_tol=SAME)
            for v in stated
        ):
            return str(row["claim_id"])
    return None


def _alike(mine: str, theirs: str) -> bool:
    same = ({"flop", "bound"}, {"share_of_pretraining", "share_of_run"})
    return mine == theirs or any({mine, theirs} <= kinds for kinds in same)


def _inputs(row: dict[str, Any]) -> list[Any]:
    """Chips, tokens and other inputs of a claim; ranges by their ends."""
    try:
        stated = json.loads(row.get("inputs") or "{}")
    except (TypeError, ValueError):
        return []
    out: list[Any] = []
    for part in stated.values():
        out += part.values() if isinstance(part, dict) else [part]
    return out


def sentence(c: Candidate, day: date, registry: Registry, kind: str) -> str:
    """A candidate in one line, as `headroom whatif` reads it."""
    who = f"{c.model}/{c.stage or 'reasoning'}"
    tail = f", disclosed {day}, kind {kind}"
    if c.model not in registry.models:
        tail += f", released {day}"
    value = written(c)
    if c.evidence == "ratio":
        return f"{who}: ratio {value} {c.reference}{tail}"
    if c.evidence == "share_of_pretraining":
        of = f" of {c.reference}" if c.reference else ""
        return f"{who}: share {value}{of}, basis {c.basis or 'accelerator_time'}{tail}"
    if c.evidence in ("chip_hours", "chips_x_time"):
        hours = (c.chips or 0) * (c.duration_hours or 0)
        value = f"{hours:.6g}" if hours else value
        chip = c.hardware or "h100-sxm"
        return f"{who}: chip_hours {value}, hardware {chip}, precision bf16{tail}"
    return f"{who}: {c.evidence} {value}{tail}"


def _line(c: Candidate) -> str:
    about = f"{c.model or c.of or '?'} {c.stage or ''} {c.evidence}".replace("  ", " ")
    return f"{about}: {c.text}" + (f" [{'; '.join(c.flags)}]" if c.flags else "")


def effect_in_words(e: Effect) -> str:
    """What accepting would do, in a few words; '' where nothing is known of it."""
    parts = [
        f"a date by {e.days:.0f} days" if e.days >= 1 else "",
        f"an estimate by x{10**e.oom:.2g}" if e.oom > 0.004 else "",
        f"{e.new} new estimate{'s' if e.new > 1 else ''}" if e.new else "",
    ]
    return ", ".join(filter(None, parts))


def decide(settings: Settings, entry_id: str, status: str, reason: str) -> Entry:
    """Remember what a person decided of an entry.

    Raises:
        UsageError: if there is no such entry.
    """
    state = load(settings)
    entry = one(state, entry_id)
    state.entries[entry.id] = replace(entry, status=status, reason=reason)
    save(settings, state)
    return state.entries[entry.id]


def one(state: State, entry_id: str) -> Entry:
    """The entry of this id, or of an id that begins like it.

    Raises:
        UsageError: if there is none, or several.
    """
    found = [e for k, e in state.entries.items() if k.startswith(entry_id)]
    if len(found) != 1:
        what = "several entries" if found else "no entry"
        raise UsageError(
            f"{entry_id}: there is {what} of that id; see `headroom inbox list`"
        )
    return found[0]
