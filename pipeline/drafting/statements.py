"""Statements: a figure with its subject and stage, and the document's own definitions.

What belongs here: whom a figure is about and in what stage, by the words around it and
by what the document said before. What does not: what kind of claim it is (rules.py).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from pipeline.drafting import words
from pipeline.drafting.document import Sentence
from pipeline.drafting.names import Mention, Names, Subject
from pipeline.drafting.numbers import Figure
from pipeline.notes.registry import Registry

LOOK_BACK = 4  # sentences over which a subject carries
DOUBTFUL = "subject doubtful"
GENERAL = "of no single model"  # of a class of models, or a person's remark
_CLAUSE = re.compile(
    r"[;:，；：。]|,(?!\d{3})|[()（）]|—|\s[-–]\s|\b(?:while|whereas|but|and (?=[A-Z]|the\b|its\b)|"
    r"against|versus|than what)\b|而(?!言)|但"
)
_FOR = re.compile(
    r"^[\s,]*(?:\([^()]{0,40}\)\s*)?(?:(?:figure|estimate|bill|total|price tag) )?(?:of (?:RL|compute|training|pre-?training)\s)?"
    r"(?:(?:for|on|in)(?: training| pre-?training)?|by|to (?:pre-?)?train|to the|of|用于(?:训练)?|给)\s(?:the |our |its )?$",
    re.I,
)
_SPEAKER = re.compile(
    r"(?P<who>[A-Z][a-z]+ [A-Z][a-z]+|(?<=[\u4e00-\u9fff。，\n])[A-Z][a-z]+|^[A-Z][a-z]+)(?:\s(?:wrote|argues|thinks|believes|guesses)\b|写道|认为)"
)
_SAME = re.compile(r"\b(?:it|its|this|the model)\b|它|该模型|这款", re.I)
_BRACKETED = re.compile(rf"(?:{words.UNNAMED.pattern})\s?[(（]\S{{0,3}}\s?$", re.I)
_BOTH = re.compile(
    r"both (?:cases|models|runs)|all (?:cases|models|runs)|两款模型|两者|各模型", re.I
)
_ON_BASE = re.compile(
    r"(?:[^.;$]{0,70}?\b(?:spent|cost|paid|needed))?\s?(?:on|for|in|to (?:make|train|build|develop|pre-?train)|"
    rf"developing|building|training|making)\s(?:{words.BASE.pattern})",
    re.I,
)
_SIZED = re.compile(
    r"(?:\s(?:were|was))?(?:\sused)?\s(?:for|to train|in training|on)\s(?:the |our |its )?(?P<size>\d{1,4}(?:\.\d)?[BM])(?:[- ]parameter)?(?:\s(?:model|version|variant|one))",
)
_NO_SIZE = re.compile(r"[- ]\d{1,4}(?:\.\d)?[BbMT]$")
_AGAIN = re.compile(r"itself|a further|another|;|；|又|本身|自身|then ", re.I)
_APPOSITION = re.compile(
    r"^\s?[,(，（]\s?(?:an? |the |which |whose |itself |其|一个|一款)", re.I
)
_WHICH = re.compile(r"^\s?[,，]?\s?(?:which|whose|who)\b", re.I)
# `GPT-4o's 53.6%`: whose a figure is when the name stands right before it.
_OWNER = re.compile(
    r"^(?:['’]s|的|\s?[(（]|\s(?:at|with)\s)\s?[~≈>≥约]{0,2}(?:about |around |roughly |only |约|仅)?(?:US)?\$?$",
    re.I,
)
_FOR_OTHERS = re.compile(
    r"\s?(?:[a-z]{3,9} )?(?:for|of|by|to train|at)\s(?:(?:other|comparable|similar|competing|most|typical|rival|western|many) (?:\w+ ){0,2}"
    r"(?:models?|systems?|runs?|labs?)|(?:US|U\.S\.|American|Western) (?:\w+ )?(?:models|labs|rivals|companies))",
    re.I,
)
_AND = re.compile(r"\s?(?:[,，、/&]|,? and|,? or|和|与|及|以及)\s?(?:the |its )?")
_STRANGER = re.compile(
    r"(?<![A-Za-z0-9_@/.-])(?:[A-Z][a-z]{1,12}[A-Z][A-Za-z]{1,14}|[A-Z][A-Za-z]{1,14}[- ]?\d{1,3}(?:\.\d)?)(?![A-Za-z0-9_-])"
)
_NO_STRANGER = re.compile(
    r"^(?:GPU|TPU|NPU|MoE|Muon|Adam|FLOP|MFU|Flash|Tensor|Py[A-Z]|Git|Hugging|You|Linked|Infini|NVLink|CUDA|Deep[SM]|Open[AR]|Semi|Mega|Level|Step|Phase|Stage)|"
    r"^(?:GB|MI|[ABHVLP])\s?\d|^(?:BF|FP|TF|INT)\d|LLM|GRPO|PPO|DPO|RLVR|RLHF"
)
QUESTION = re.compile(r"[?？][\"”』」)）]?\s*$")
_ASIDE = re.compile(
    r"^[\W\d]*(?:compare|by (?:way of )?comparison|for (?:comparison|scale|reference|context)|作为对比|相比之下|相较之下|作为参考|对比)",
    re.I,
)
_WE = re.compile(r"\b(?:we|our)\b|我们|我司", re.I)


@dataclass
class Memory:
    """What the document has said so far.

    Attributes:
        carried: the subject of the last sentences, and where it stood.
        main: the model that most of the document's mentions are of.
        title: the subject of the title or of the first sentence that has one.
        section: the subject that the last heading names.
        stage: the stage that a heading or an earlier sentence set.
        default: the stage of all figures "unless we say otherwise".
        bases: model id → the model that the document says it starts from.
        ratio: sentence, subject and reference of the last ratio to another model.
        reference: sentence and model that something was last compared with.
        measure: kind and reference of the last ratio, for `a factor of three`.
        by_maker: developer → its model that the document named last.
        item: the subject that opens the present list item.
        somebody: whether the last model spoken of has no name.
    """

    carried: tuple[int, Subject] | None = None
    title: Subject | None = None
    main: Subject | None = None
    section: Subject | None = None
    heading_stage: str | None = None
    stage: str | None = None
    default: str | None = None
    bases: dict[str, Subject] = field(default_factory=dict)
    measure: tuple[str, str | None, str] | None = None
    ratio: tuple[int, Subject | None, Subject] | None = None
    reference: tuple[int, Subject] | None = None
    by_maker: dict[str, Subject] = field(default_factory=dict)
    outside: tuple[int, Subject] | None = None  # what carried before a list began
    since: set[str] = field(default_factory=set)  # models named since the heading
    of_item: bool = False  # whether what carries is the head of a list item
    somebody: bool = False
    headed: bool = False  # whether the title stands at the very beginning
    crowd: bool = False  # whether the sentence that carries names several models
    paragraph: int = -1
    item: Subject | None = None
    item_stage: str | None = None
    chips: tuple[int, Figure] | None = None
    before: str = ""


@dataclass
class Place:
    """A sentence with its names and figures, and the memory at this point."""

    sentence: Sentence
    number: int
    mentions: list[Mention]
    figures: list[Figure]
    memory: Memory
    names: Names
    registry: Registry
    used: set[int] = field(default_factory=set)  # figures that a rule took along

    @property
    def text(self) -> str:
        """What the sentence says."""
        return self.sentence.text

    def clause(self, start: int, end: int) -> tuple[int, int]:
        """The part of the sentence around a span, between its commas and conjunctions."""
        first, last = 0, len(self.text)
        for stop in _CLAUSE.finditer(self.text):
            if stop.end() <= start:
                first = stop.end()
            elif stop.start() >= end:
                last = stop.start()
                break
        return first, last


@dataclass(frozen=True)
class Who:
    """The subject of a figure, None if it cannot be said, and what is uncertain.

    `how` says where it was found: `clause` and `sentence` in the words before the
    figure, `earlier`, `heading`, `title` and `document` elsewhere in the text.
    """

    subject: Subject | None
    flags: tuple[str, ...] = ()
    how: str = ""


def subject_of(
    place: Place, figure: Figure, skip: str | None = None, *, relative: bool = False
) -> Who:
    """The model a figure is about; `skip` is its reference, which it is not.

    Args:
        place: where the figure stands.
        figure: the figure.
        skip: id of a model that it is compared with.
        relative: whether it is a ratio or share, so that a base or somebody unnamed
            between subject and figure is what it is compared with.
    """
    text = place.text
    fit = [m for m in place.mentions if m.role != "data" and m.subject.id != skip]
    beside = _beside(place, figure, fit, relative=relative)
    if beside:
        return beside
    start, _ = place.clause(figure.start, figure.end)
    subjects = [m for m in fit if m.role == "subject" or _apposed(text, m)]
    before = [m for m in subjects if m.end <= figure.start]
    own = [m for m in before if m.start >= start]
    for since in (own[-1].end if own else start, before[-1].end if before else 0):
        other = None if relative else _unnamed(place, since, figure.start)
        if other is not None:
            return other
    if before and not relative:
        other = _other_maker(place, before[-1], figure)
        if other is not None:
            return other
    if own:
        crowd = len({m.subject.id for m in own}) > 1
        return Who(
            own[-1].subject,
            (DOUBTFUL + ": several models in the clause",) if crowd else (),
            "clause",
        )
    if before:
        heads = [m for m in before if re.search("[:：]", text[m.end : start])]
        chosen = (heads or before)[-1]
        if conjoined(place, chosen):
            return Who(None, (f"{DOUBTFUL}: several models before it",))
        return Who(chosen.subject, (), "sentence")
    general = _general(place, figure, start, skip)
    if general:
        return general
    after = [m for m in subjects if m.start >= figure.end]
    return _carried(place, figure, after, skip)


def _beside(
    place: Place, figure: Figure, fit: list[Mention], *, relative: bool
) -> Who | None:
    """Whom the words right around a figure name, or say that they do not name."""
    text = place.text
    if _BRACKETED.search(text[: figure.start]) or _BOTH.search(text):
        return Who(None, (DOUBTFUL,))
    listed = _respectively(place, figure)
    if listed:
        return Who(listed, (), "respectively")
    if _FOR_OTHERS.match(text[figure.end :]):
        return Who(None, (f"{DOUBTFUL}: of models that are not named",))
    behind = _for_whom(place, figure, fit)
    if behind or relative:
        return behind
    owner = next(
        (
            m
            for m in fit
            if m.role != "base" and _OWNER.match(text[m.end : figure.start])
        ),
        None,
    )
    return Who(owner.subject, (), "owner") if owner else None


def _general(place: Place, figure: Figure, start: int, skip: str | None) -> Who | None:
    """`We`, a person who names no model, or a class of models before a figure."""
    ahead, title = place.text[: figure.start], place.memory.title
    sure = place.memory.headed or title == place.memory.main
    if _WE.search(ahead[start:]) and title and title.id != skip and sure:
        return Who(title, (), "we")
    speaker = _SPEAKER.search(ahead)
    if speaker and not place.names.makes(speaker["who"]) and not _SAME.search(ahead):
        return Who(None, (f"{GENERAL}: {speaker['who']} names none",))
    if words.CLASS.search(ahead):
        return Who(None, (f"{GENERAL}: a class of models",))
    return None


def _carried(
    place: Place, figure: Figure, after: list[Mention], skip: str | None
) -> Who:
    """The subject from what stands behind the figure or was said before."""
    memory = place.memory
    maker = _by_maker(place, figure)
    if maker is not None:
        return maker
    near = [
        m
        for m in after
        if m.start - figure.end <= 60
        and m.start <= place.clause(figure.start, figure.end)[1]
    ]
    pronoun = words.PRONOUN.search(place.text[: figure.start])
    if near and not pronoun:
        return Who(near[0].subject, (), "behind")
    if (
        place.sentence.kind == "item"
        and memory.item
        and memory.paragraph == place.sentence.paragraph
    ):
        return Who(memory.item, (), "item")
    stranger = _stranger(place, figure)
    if stranger:
        return Who(None, (f"{DOUBTFUL}: is “{stranger}” a model?",))
    carried = memory.carried
    if memory.of_item and place.sentence.kind == "item":
        carried = None  # the item before speaks of another
    if carried and place.number - carried[0] <= LOOK_BACK and carried[1].id != skip:
        whose = {s.id for s in (memory.section, memory.title, memory.main) if s}
        if memory.crowd and carried[1].id not in whose:
            return Who(None, (f"{DOUBTFUL}: which of the models before?",))
        far = place.number - carried[0] > 2
        return Who(
            carried[1], ("subject from an earlier sentence",) if far else (), "earlier"
        )
    if after and not pronoun:
        return Who(after[0].subject, (), "behind")
    return _of_document(memory, skip, anything=figure.unit == "%")


def _of_document(memory: Memory, skip: str | None, *, anything: bool) -> Who:
    """The subject of the heading, of the title, or of most of the document."""
    for subject, why in (
        (memory.section, "heading"), (memory.title, "title"), (memory.main, "document"),
    ):  # fmt: skip
        others = memory.since - {subject.id} if subject else set()
        if subject and others and subject != memory.main and not anything:
            return Who(None, (f"{DOUBTFUL}: the {why}'s, or another's",))
        if why == "title" and not (memory.headed or subject == memory.main):
            continue
        if subject and subject.id != skip:
            flag = () if why == "heading" else (f"subject from the {why}",)
            return Who(subject, flag, why)
    return Who(None, (DOUBTFUL,))


def conjoined(place: Place, mention: Mention) -> bool:
    """Whether a name is one of a list, `V3, R1-Zero and R1`, and so speaks for none."""
    return any(
        m.subject.id != mention.subject.id
        and m.role == mention.role
        and _AND.fullmatch(
            place.text[min(m.end, mention.end) : max(m.start, mention.start)]
        )
        for m in place.mentions
    )


def _stranger(place: Place, figure: Figure) -> str | None:
    """A name before a figure that is no known word: it may be whom the figure is of."""
    text = place.text[: figure.start]
    for m in _STRANGER.finditer(text):
        inside = any(n.start < m.end() and m.start() < n.end for n in place.mentions)
        if (
            inside
            or _NO_STRANGER.search(m[0])
            or words.BENCHMARK.match(m[0])
            or place.names.makes(m[0])
        ):
            continue
        return m[0]
    return None


def _other_maker(place: Place, last: Mention, figure: Figure) -> Who | None:
    """`K2 is cheaper than R1, since deepseek trained on 14.8T tokens`: whose it is then."""
    named = place.names.makers(place.text[last.end : figure.start])
    if not named or place.names.maker_of(last.subject) in named:
        return None
    theirs = [m for m in place.mentions if place.names.maker_of(m.subject) == named[-1]]
    behind = rf"{re.escape(named[-1])}(?:['’]s|的)?\s?$"
    if any(re.search(behind, place.text[: m.start], re.I) for m in theirs):
        return None  # `it rivals OpenAI's o1, but cost …`
    who = theirs[-1].subject if theirs else place.memory.by_maker.get(named[-1])
    return Who(
        who, () if who else (f"{DOUBTFUL}: which model of {named[-1]}?",), "maker"
    )


def _by_maker(place: Place, figure: Figure) -> Who | None:
    """Where a developer is named and no model: its own last model, else none."""
    named = place.names.makers(place.text[: figure.start])
    if not named or place.mentions:
        return None
    own = place.memory.by_maker.get(named[-1])
    if own:
        return Who(own, (), "maker")
    carried = place.memory.carried
    theirs = place.names.maker_of(carried[1]) if carried else None
    if carried and theirs not in (None, *named):
        return Who(None, (f"{DOUBTFUL}: which model of {named[-1]}?",))
    return None


def _apposed(text: str, mention: Mention) -> bool:
    """`built on Kimi K2.5, an open model trained with …`: the base is described."""
    behind = text[mention.end : mention.end + 14]
    if mention.role == "reference":
        return bool(_WHICH.match(behind))
    return mention.role == "base" and bool(_APPOSITION.match(behind))


def _for_whom(place: Place, figure: Figure, fit: list[Mention]) -> Who | None:
    """`87.5% for DeepSeek-R1-0528`, `$6 million on the base that R1 was built from`."""
    base = _ON_BASE.match(place.text[figure.end :])
    if base:
        whose = next(
            (m.subject for m in place.mentions if m.start >= figure.end + base.end()),
            None,
        )
        whose = whose or _main(place, figure.start)
        return base_of(place, whose) if whose else None
    sized = _SIZED.match(place.text[figure.end :])
    if sized:
        family = _family(place, figure)
        if family:
            return Who(place.names.subject(f"{family}-{sized['size']}"))
    later = [m for m in fit if m.start >= figure.end]
    if not later or later[0].role in ("base",):
        return None
    between = place.text[figure.end : later[0].start]
    if any(figure.end <= f.start < later[0].start for f in place.figures):
        return None
    if figure.unit in ("x", "OOM", "share") or not _FOR.match(between):
        return None
    if figure.unit == "%" and not words.BENCHMARK.search(place.text):
        return None
    return Who(later[0].subject, (), "for")


def _family(place: Place, figure: Figure) -> str | None:
    """The name that a size such as `the 7B model` is one of, as the text spells it."""
    before = [m for m in place.mentions if m.end <= figure.start]
    if before:
        return _NO_SIZE.sub("", place.text[before[-1].start : before[-1].end])
    carried = place.memory.carried
    return _NO_SIZE.sub("", carried[1].name) if carried else None


def _respectively(place: Place, figure: Figure) -> Subject | None:
    """`A and B reach 50% and 60% respectively`."""
    if not words.RESPECTIVELY.search(place.text):
        return None
    same = [f for f in place.figures if f.unit == figure.unit]
    named = [m for m in place.mentions if m.role in ("subject", "reference")]
    if len(same) < 2 or len(same) != len(named) or figure not in same:
        return None
    return named[same.index(figure)].subject


def _unnamed(place: Place, start: int, end: int) -> Who | None:
    """The base, `the Flash version`, or somebody whom the sentence does not name."""
    text = place.text[start:end]
    base = words.BASE.search(text)
    if base and not words.OF_PRETRAINING.search(place.text[end:end]):
        whose = _main(place, start)
        return (
            base_of(place, whose) if whose else Who(None, (DOUBTFUL + ": which base?",))
        )
    version = words.VERSION.search(text)
    if version and place.memory.carried:
        return _version(place, version)
    other = words.UNNAMED.search(text)
    if other:
        return Who(None, (f"{DOUBTFUL}: “{other[0].strip()}” is not named",))
    return None


def _main(place: Place, start: int) -> Subject | None:
    named = [
        m for m in place.mentions if m.role == "subject" and m.start < max(start, 1)
    ]
    later = [m for m in place.mentions if m.role == "subject"]
    memory = place.memory
    if named:
        return named[-1].subject
    if later:
        return later[-1].subject
    return memory.carried[1] if memory.carried else memory.section or memory.title


def base_of(place: Place, subject: Subject) -> Who:
    """The model that a model starts from, by the document or by the registry."""
    if subject.id in place.memory.bases:
        return Who(place.memory.bases[subject.id])
    model = place.registry.models.get(subject.id)
    if model is not None and model.base_model:
        base = place.registry.models[model.base_model]
        return Who(Subject(base.id, base.name, known=True))
    if model is not None and not model.is_reasoning:
        return Who(subject)
    return Who(subject, ("of its base, which the document does not name",))


def _version(place: Place, version: re.Match[str]) -> Who | None:
    """`the Flash version` of the model that the text is about."""
    carried = place.memory.carried
    word = version["en"] or version["zh"]
    if carried is None or (version["en"] and not word[0].isupper()):
        return None
    family = re.sub(rf"[- ](?:{word}|Pro|Max|Plus|Large|Ultra)$", "", carried[1].name)
    subject = place.names.subject(f"{family}-{word}")
    return Who(subject, () if subject.known else (f"{DOUBTFUL}: “{version[0]}”",))


def stage_of(
    place: Place, figure: Figure, subject: Subject | None
) -> tuple[str | None, bool]:
    """The stage of a figure, and whether its words say so."""
    text, memory = place.text, place.memory
    first, last = place.clause(figure.start, figure.end)
    base = words.BASE.search(text[first:last])
    if base and subject and _of_base(place, subject):
        return "pretraining", True
    own = words.stage_of(text[first : figure.start], len(text)) or words.first_stage(
        text[figure.start : last]
    )
    if own:
        return own, True
    anew = any(
        m.start >= first and m.end <= figure.start and m.role == "subject"
        for m in place.mentions
    )
    if not anew or re.match(r"\s?(?:where|which|whose)", text[first:]):
        named = words.stage_of(text[:last])
        if named:
            return named, True
    if len(place.figures) == 1 and words.first_stage(text):
        return words.first_stage(text), True
    for stage in (
        memory.item_stage if memory.paragraph == place.sentence.paragraph else None,
        words.first_stage(place.sentence.lead),
        words.first_stage(place.sentence.heading) if place.sentence.heading else None,
        memory.default,
    ):
        if stage:
            return stage, True
    if subject and subject.known and place.registry.models[subject.id].is_reasoning:
        return "reasoning", False
    if subject and subject.known:
        return "pretraining", False
    return memory.stage, False


def _of_base(place: Place, subject: Subject) -> bool:
    """Whether a subject is a base here, not a model trained from one."""
    if subject.id in {s.id for s in place.memory.bases.values()}:
        return True
    model = place.registry.models.get(subject.id)
    return model is None or not model.is_reasoning


def remember(place: Place) -> None:
    """What the next sentences may lean on."""
    sentence, memory, text = place.sentence, place.memory, place.text
    memory.before = f"{memory.before[-240:]} {text}"
    if sentence.advert or (sentence.kind == "heading" and QUESTION.search(text)):
        return
    about = [m for m in place.mentions if m.role == "subject"]
    _makers(place, about)
    _definitions(place)
    if sentence.kind == "heading":
        memory.section = about[0].subject if about else None
        memory.since.clear()
        if memory.title is None and place.number < 3:
            memory.title, memory.headed = memory.section, True
        memory.carried = None if place.number > 3 else memory.carried
        memory.stage = words.first_stage(text)
        return
    if memory.title is None and about:
        memory.title, memory.headed = about[0].subject, False
    if re.search(
        r"unless (?:we |otherwise)|除非另有|若无特殊|均为|all figures", text, re.I
    ):
        memory.default = words.first_stage(text) or memory.default
    if sentence.kind == "cell":
        return
    memory.since |= {m.subject.id for m in about}
    if about or words.SOMEBODY.search(text):
        memory.somebody = not about
    for m in place.mentions:
        if m.role == "reference":
            memory.reference = (place.number, m.subject)
    if sentence.kind == "item" and memory.title and memory.item is None:
        about = []  # `Architecture: the same as Phi-4`, in a list on another model
    if about and not _ASIDE.search(text):
        models = [m for m in about if not re.search("[Bb]ase$", m.subject.name)]
        about = models or about
        main = about[-1] if _AGAIN.search(text[about[0].end :]) else about[0]
        memory.crowd = conjoined(place, main) or (
            len({m.subject.id for m in about}) > 2
        )
        memory.of_item = sentence.kind == "item" and memory.item is not None
        memory.carried = (place.number, main.subject)
    memory.stage = words.stage_of(text, len(text)) or memory.stage


def _makers(place: Place, about: list[Mention]) -> None:
    """Whose model was named last."""
    for m in about:
        maker = place.names.maker_of(m.subject)
        if maker:
            place.memory.by_maker[maker] = m.subject


def opens(place: Place) -> None:
    """The head of a list item or run-in heading, before its figures are read."""
    sentence, memory = place.sentence, place.memory
    if sentence.kind != "item" and memory.of_item:
        memory.carried, memory.of_item = memory.outside, False  # the list is over
    if sentence.kind != "item":
        memory.outside = memory.carried
    if sentence.paragraph == memory.paragraph or sentence.kind == "cell":
        return
    memory.paragraph = sentence.paragraph
    first = place.figures[0].start if place.figures else len(place.text)
    heads = [
        m for m in place.mentions if m.role in ("subject", "base") and m.start <= 4
    ]
    memory.item = heads[0].subject if heads and heads[0].start < first else None
    label = re.match(r"[^:：]{2,60}[:：]", place.text)
    memory.item_stage = words.first_stage(label[0]) if label else None


def _definitions(place: Place) -> None:
    """`X starts from Y`, as the document says it."""
    bases = [m for m in place.mentions if m.role == "base"]
    if not bases:
        return
    about = [
        m for m in place.mentions if m.role == "subject" and m.start < bases[0].start
    ]
    memory = place.memory
    whose = about[-1].subject if about else (
        memory.carried[1] if memory.carried else memory.section or memory.title
    )  # fmt: skip
    if whose and whose.id != bases[0].subject.id:
        memory.bases.setdefault(whose.id, bases[0].subject)
