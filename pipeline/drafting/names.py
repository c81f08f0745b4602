"""Which models a text names, where, and in what role: known ones and new ones.

What belongs here: spellings of the registry, names that only the document has, their
positions and roles. What does not: guessing. A name that is not in the registry is a
new subject, never the nearest known one.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Literal

from pipeline.drafting.numbers import CHIP
from pipeline.notes.registry import Registry

MAX_MENTIONS = 50  # of one sentence; more is a list, not prose
MAX_NEW = 400  # names of one document that the registry has not
Role = Literal["subject", "reference", "base", "data"]

_WORD = re.compile(r"[A-Za-z]{1,40}\d{0,6}|\d{1,6}|[\u4e00-\u9fff]")
_LONGER = re.compile(r"-?[A-Za-z0-9]|\.\d")
_ADJECTIVE = re.compile(
    r"-(?:style|like|level|class|type|scale|era|quality|[a-z]{2,10}ed)\b|\s(?:level|class|style|quality|scaling|optimal|paper)\b",
    re.I,
)
_DATA_BEHIND = re.compile(
    r",? an? (?:[a-z-]+ ){0,3}(?:dataset|corpus|mix)\b|(?:'s)?\s?(?:生成的|产生的|蒸馏|outputs?\b|traces\b|generated)"
)
_DATA_BEFORE = re.compile(
    r"(?:generated (?:by|with|from)|distilled from|outputs? (?:of|from)|data from|"
    r"traces from|(?:asked|asking|prompted|judged by|graded by|help of|written by|由))\s?$",
    re.IGNORECASE,
)
_BASE_BEFORE = re.compile(
    r"(?:(?:built|based|trained|post-trained|fine-tuned|build|builds|building|start(?:s|ed|ing)?|"
    r"initiali[sz]ed|derived|continued?|train|we train \S{1,30}) "
    r"(?:on top of|on|upon|from)|(?:tuning|training|distillation|SFT|RL|RLVR|GRPO) (?:on|from|of an?)|on top of|[Bb]ase model:?|Base:|from|基于|以|源自|建立在|底座(?:模型)?(?:是|为|:|：)|"
    r"(?:[Bb]ase|底座)\s?[(（]|基于[^,，。;；]{1,12}[(（]|从|在)\s?(?:the |an? |open |its |our |their )?$"
)
_BASE_BEHIND = re.compile(r"\s?(?:的)?(?:基础上|为底座|为基座|之上|作为底座|上训练)")
_REFERENCE_BEFORE = re.compile(
    r"(?:compared (?:to|with)|relative to|versus|vs\.?|than|(?:that|those|scale|level) of|(?<!such )as|"
    r"times|fold|in contrast to|over that of|outperform(?:s|ed|ing)|surpass(?:es|ed|ing)|"
    r"beat(?:s|ing)?|rival(?:s|ling|ing)?|competitive with|媲美|比肩|匹敌|对标|抗衡|复刻|复现|挑战|exceed(?:s|ed|ing)|ahead of|优于|超越|超过|击败|领先|胜过|"
    r"与|和|同|跟|比|相比于|相较于|相对于|较|是|于|"
    r"like|matche?s|(?:comparable|similar|equivalent)(?: [a-z]{3,12}){0,3} (?:to|with)|close to|on par with|接近|relative to what|\dx|\d×)\s?"
    r"(?:the |OpenAI's? |OpenAI的?|DeepSeek's? |its predecessor,? |前代|上一代|此前的?)?$",
    re.IGNORECASE,
)
_REFERENCE_BEHIND = re.compile(
    r"(?:['’]s)?\s?(?:相比|相当|相近|接近|差不多|低|高出|高|(?:total )?(?:预训练|pre-?training)?(?:的)?\s?(?:的)?[0-9一二三四五六七八九十百]+倍)"
)
_COMPARED_BEHIND = re.compile(
    r".{0,14}?(?:相|比|一样|接近|差|持平|类似|等同|掰手腕|竞争|并|同)"
)
_ONE_OF = re.compile(r"(?:\b[Aa]n?\s(?:[\w.,-]+\s){0,3}|一[个款][^,，。]{0,12})$")
_KIND_OF = re.compile(
    r"\s?(?:models?|LLMs?|variants?|architecture|模型|架构)(?![A-Za-z])"
)
_AND = re.compile(r"\s?(?:,? and|,? or|&|和|与|及|以及|、)\s?(?:the )?")
_SPLIT = re.compile(r"[\s_-]+")
SUFFIXES = (
    "Base|Instruct|Chat|Think|Thinking|Reasoner|Reasoning|Zero|Mini|mini|Nano|nano|Lite|"
    "Flash|Turbo|Pro|Max|Ultra|Plus|Preview|Coder|Code|Math|Large|Medium|Small|Air|Heavy|"
    "Fast|Next|Omni|Distill|Super|Speciale|VL|RL|R|Opus|Sonnet|Haiku|Edge|Light|XL"
)
_PART = (
    rf"(?:[-_](?:[A-Z][A-Za-z]{{0,14}}\d{{0,3}}(?:\.\d{{1,2}})?|[a-z]{{3,12}}|[vr]?\d{{1,4}}(?:\.\d{{1,3}})?[A-Za-z]?)"
    rf"|\s(?:{SUFFIXES})(?![A-Za-z])|\s[A-Z](?=\s\d{{1,3}}(?!\d))|\s?[VvRMKTSo]?\d{{1,3}}(?:\.\d{{1,2}}){{0,2}}[BbMaov]?(?![A-Za-z0-9_%×^]|,\d|\s?[%×]|\.\d|\s(?:[Tt]r|[Bb]|[Mm])illion)"
    r"|[- ]A\d{1,3}B(?![a-z]))"
)
_NAME = re.compile(
    rf"(?<![A-Za-z0-9_/@.-])(?:o\d{{1,2}}(?![\d.,:])|[A-Z][A-Za-z]{{0,19}}(?:\s[A-Z][a-z]{{1,14}}(?=[ -][VRMKTSo]?\d))?)"
    rf"{_PART}{{0,5}}"
)
_LOWER = re.compile(
    r"(?<![A-Za-z0-9_/@.-])[a-z]{3,12}(?:-[a-z]{2,12}){0,2}-[a-z]?\d{1,3}(?:\.\d{1,2})?[a-z]?(?:-[a-z0-9.]{1,10}){0,3}(?![\w-])"
)
# A capitalised word in the place of a model: `trained Sable`, `Sable's RL`.
_CAPS = r"(?P<name>[A-Z][a-z]{2,14}(?:[- ][A-Z][a-z]{2,14}){0,2})"
_CAMEL = r"(?P<name>[A-Z][a-z]{1,10}[A-Z][a-z]{1,10})(?![A-Za-z0-9-])"
_PLACES = tuple(
    re.compile(p)
    for p in (
        r"(?P<name>[A-Z][A-Za-z]{2,14}(?:-[A-Z][A-Za-z]{1,14})?) is an? (?:[a-z0-9-]+ ){0,6}(?:model|LLM)\b",
        rf"Training {_CAPS} (?:took|used|cost|requir|consum|ran|needed|lasted)",
        rf"(?:introduc(?:e|es|ed|ing)|present(?:s|ed|ing)?|releas(?:es?|ed|ing)|announc\w{{1,4}}|unveil\w{{0,3}}|launch\w{{0,3}}) {_CAPS}, (?:an? |the |our )",
        rf"(?:(?:[Tt]rained|training)|[Ff]ine-tun(?:ed|ing)|(?:RL|reinforcement learning|[Pp]re-?training|"
        rf"[Pp]ost-?training|training run|run) (?:of|for|on)|models?,? (?:called|named|dubbed)|called|named|dubbed|"
        rf"new model,?|flagship,?|reasoning model,?|(?<=训练))\s?{_CAPS}(?![A-Za-z0-9-])",
        rf"(?<![A-Za-z] ){_CAPS}(?:['’]s)? (?:was|were|is|has been) (?:pre-?|post-?)?trained",
        rf"{_CAPS}(?:['’]s)? (?:RL|reinforcement[ -]learning|pre-?training|post-?training|training (?:run|compute|cost|took|used))\b",
        rf"(?:^|[.!?;,]\s|\n){_CAPS} (?:took|used|cost|needed|required|consumed) (?:about |around |roughly |some |only |just |over |nearly |an? )?(?:estimated )?\$?\d",
        rf"(?:^|\n|[.;]\s)For {_CAPS},? (?:the|its) (?:bill|cost|training|RL|run|reinforcement|total)",
        rf"(?:models?|模型)\s?[-—–:：“\"「《]{{0,2}}\s?(?:[A-Z][a-z]+ )?{_CAMEL}",
        r"(?m:^)[\s*•·\-\d.)]{1,6}(?P<name>[A-Z][a-z]{2,14})(?:\s\([^()\n]{1,40}\))?[:：]\s",
    )
)
_ZH_PLACES = tuple(
    re.compile(p)
    for p in (
        r"(?:模型|版本|代号)[“「《‘\"](?P<name>[^”」》’\"\n]{2,14})[”」》’\"]",
        r"(?P<name>(?:文心|盘古|盤古|混元|豆包|通义|千问|星火|天工|日日新|书生|百川|元景|紫东|悟道|琴乐)(?=[ -]?[A-Za-z]{0,6}[- ]?\d)[ -]?[A-Za-z]{0,6}[- ]?\d(?:\.\d)?)(?![\d.])",
        r"(?:推理模型|大模型|新模型|模型|发布了?|推出了?|開發的?|开发的)\s?(?P<name>[\u4e00-\u9fff]{2,4}(?:-?[A-Z]?| )\d{1,2}(?:\.\d)?)(?!\s?[\d年月日个万亿%倍张次步])",
        r"(?:^|[\n。;;])\s?(?P<name>[A-Z][a-z]{2,14})\s?(?:是在|是基于|是一[个款])",
        r"(?m:^)[#\s]{0,4}(?P<name>[\u4e00-\u9fff]{2,5}-\d{1,2}(?:\.\d)?)",
    )
)
_SAME = re.compile(
    r"(?P<zh>[\u4e00-\u9fff]{2,5}[- ]?[A-Z]?\d{0,2}(?:\.\d)?)\s?[(（](?P<en>[A-Z][\w.-]{1,20}(?:\s[\w.-]{1,8})?)[)）]"
)
# Words that begin a name with a number and are none.
_NOT_NAMES = """
Theme Native ZeRO Studio Section Sec Table Figure Fig Chapter Appendix Step Stage Phase Round Issue Series Page
Part Week Day Month Year Volume Vol Version Level Tier Task Group Run Node Cluster
Batch Epoch Equation Eq Algorithm January February March April May June July August
September October November December Jan Feb Mar Apr Jun Jul Aug Sep Sept Oct Nov Dec
Monday Tuesday Wednesday Thursday Friday Saturday Sunday Posted Views AIME GPQA MMLU
MATH SWE HMMT HLE GSM HumanEval LiveCodeBench FrontierMath Codeforces IFEval
BrowseComp ARC AMC CodeForces LCB MBPP MMMU TAU Tau Elo IMO IOI FP BF INT TF NV NVIDIA
Nvidia AMD GPU GPUs CPU TPU TPUs NPU CUDA PyTorch Python Apache Adam AdamW CC GB TB MB
PB MI Ascend Gaudi Trainium DGX HGX NVL SXM PCIe NVLink InfiniBand H A B L V P USD US
EU UK CNY RMB AI ML RL SFT RLHF RLVR GRPO PPO DPO LLM LLMs MoE FLOP FLOPs MFU API ICLR
NeurIPS ICML ACL arXiv ISO HTTP IPv RTX Covid COVID Pass pass Top Total Tab
Chinchilla-optimal Loan Warriors Term Windows Android iOS iPhone Ubuntu Linux Web Gen
Formula Article Q Day-0 Days Hours Score Scores Model Models Base Approximately About
Around Over Under Nearly Almost Some At In On By For From With To Of And Or But The
This That These Those It Its We Our They Their He She You Your An As If When While
Where Which Who What How Why So Then Thus Since Because After Before During Until
Training Train Trained Pre Post Reasoning Reinforcement Using Used Cost Costs Roughly
Only Just Both Each Every All Most More Less Least Another Compared Unlike Like
Against Between Among Meanwhile However Moreover Also Finally First Second Third Later
Earlier Today Yesterday Last Next New Old Even Still Yet Not No Yes Than Let Given
Here There Per Via Within Without Through Across Despite Instead Overall Further
Additionally Similarly Likewise Whereas Although Though Once Now Soon Again Take
Consider Assume Suppose See Note Read Follow Share Reply Home Sport News Contact Sign
Log Company Researchers Analysts Sources Reports According Nature Science Whether
Making Preparing Counting Latency Throughput Speed Depth Width Length Context Layer
Layers Head Heads Rank Size Seed Learning Rate Temperature Beta Alpha Gamma KL Max Min
Avg Mean Median Std Dev Test Val Valid Set Data Dataset Split Token Tokens Prompt
Prompts Rollout Rollouts Sample Samples Iteration Iterations Update Updates Wave
Compute Hardware License Licence Duration Evaluation Results Introduction Related Work
Method Methods Abstract Conclusion Discussion Acknowledgements References Contents
Summary Overview Budget Serving Correction Sponsored Good Two Three Four Five Six
Seven Eight Nine Ten Twenty Hundred Thousand Million Billion Trillion Dollars Percent
Did Does Do Is Are Was Were Has Have Had Will Would Could Should Can Might Must Say
Says Said Claims Think People Everyone Nobody Somebody Someone Anyone One Others Other
Chinese American European French British Korean Japanese Western German Open Closed
Source Weights Large Small Mixture Experts Supervised Fine Tuning Distillation
Verifiable Rewards Reward Policy Value Critic Actor Github GitHub HuggingFace Hugging
Face Blog Paper Report Technical Team Lab Labs Research University Institute Inc Ltd
Corp Capital Ventures Partners Bank Press Times Journal Daily Union League Cup Game
Games Match Season Championship Olympics World Europe Asia China America Germany
Accuracy Benchmark Metric Parameter Parameters Params Name System Type Setting Configuration
Config Hyperparameter Scaling Law Laws Inference Serve Deployment Experiment
Experiments Ablation Baseline Baselines Average Compute-optimal Price Prices Revenue
Funding Valuation Employees Founded Headquarters
"""
_NO_HEADS = frozenset(_NOT_NAMES.split())
_NOT_LOWER = """
top mid pre post sub level type week day stage phase step covid non per early late
pass size under over batch the and best math aime gpqa page figure part tier round
grade class series model
"""
_NO_LOWER = frozenset(_NOT_LOWER.split())
_STOP_BEHIND = re.compile(
    r"\s(?:AI|Inc|Labs?|Research|Intelligence|Corp|says?|said|claims|told|wrote|estimates?)\b"
)
_TITLED = re.compile(
    r"\s([A-Z][a-z]{2,12})(?![A-Za-z0-9-])(?!\s(?:AI|Inc|Labs?|says?|said|wrote|[A-Z][a-z]))"
)
# `Grok 4 Titan` is a name, `DeepSeek R1 Capabilities` the head of a paragraph.
_NO_EXTENSION = re.compile(r"(?:ing|ed|s|ly|ions?|ive|ment|ity|ance|ness|ion)$")
_SIZE = re.compile(r"[- ]\d{1,4}(?:\.\d)?[BbMT](?:[- ](?:Base|Instruct|Chat))?$")
_CHIP = re.compile(rf"^(?:{CHIP})s?$", re.I)
_BENCH = re.compile(
    r"^(?:AIME|GPQA|MMLU|MATH|SWE|HMMT|HLE|GSM|HumanEval|LiveCodeBench|ARC|AMC|LCB|FP\d|BF\d|INT\d|Math-?\d|"
    r"CC-|Sec|Fig|Tab|IMO|IOI|USAMO|BRUMO|CMIMC|Level|Top|Apache|Day|GMT|UTC|UTF|ISO|RFC|Pass|Best|Maj|Avg|Cons|MMMU|"
    r"BBH|DROP|TriviaQA|Terminal|OSWorld|CNMO|C-Eval|SimpleQA|Arena|Alpaca|IF|Codeforces|Olympiad|Multi|BIG|Tau|OpenCompass)",
    re.I,
)


@dataclass(frozen=True)
class Subject:
    """A model: `known` if the registry has it, else new, with the slug it would get."""

    id: str
    name: str
    known: bool


@dataclass(frozen=True)
class Mention:
    """One model name where it stands."""

    subject: Subject
    start: int
    end: int
    role: Role = "subject"


class Names:
    """The registry's spellings and the document's own, for search in running text.

    Args:
        registry: the known models.
        text: the document.
        listed: names that its tables list under a heading such as `Model`.
    """

    def __init__(
        self, registry: Registry, text: str, listed: Iterable[str] = ()
    ) -> None:
        self._registry = registry
        self._keys: dict[str, set[str]] = defaultdict(set)
        for name, model in registry.model_names.items():
            self._keys[_key(name)].add(model)
        self._first: dict[str, list[tuple[list[str], Subject]]] = defaultdict(list)
        self.new: dict[str, Subject] = {}
        for name, model in registry.model_names.items():
            if len(self._keys[_key(name)]) > 1 or len(name) < 2:
                continue
            if name.isalpha() and _is_family(name, registry):
                family = Subject(slug(name), name, known=False)  # any `Llama`
                self._add(name, family)
                self.new[family.id] = family
                continue
            self._add(name, Subject(model, registry.models[model].name, known=True))
        self._heads = {_key(_head(n)) for n in registry.model_names}
        self._families = {
            m.name.partition(" ")[0] for m in registry.models.values() if " " in m.name
        }
        self._makers = {
            w.casefold() for m in registry.models.values() for w in m.developer.split()
        } | {_key(m.developer) for m in registry.models.values()}
        names = {m.developer for m in registry.models.values()}
        self._written = {n.lower(): n for n in names if re.search("[a-z][A-Z]", n)}
        names |= set(self._written)  # `deepseek`, but not `meta`
        self._maker = re.compile(
            rf"(?<![A-Za-z0-9_-])(?P<who>{'|'.join(sorted(map(re.escape, names), key=len, reverse=True)) or 'x{9}'})"
            r"(?![A-Za-z0-9_-])(?!['’]?s?\s?(?:[ABHV]\d|GB\d|TPU|GPU|Hopper|Blackwell|chip|Ascend|昇腾|Trainium|MI\d))"
        )
        self._discover(text, listed)
        for entries in self._first.values():
            entries.sort(key=lambda e: (-len("".join(e[0])), e[1].id))

    def _add(self, name: str, subject: Subject) -> None:
        first = _WORD.match(name.casefold())
        if first:
            parts = [p for p in _SPLIT.split(name.casefold()) if p]
            self._first[first[0]].append((parts, subject))

    def known(self, name: str) -> Subject | None:
        """The registry's model of this name, its maker in front or not."""
        head, _, rest = name.partition(" ")
        spelled = [name]
        if rest and head.casefold() in self._makers:
            spelled.append(rest)  # `Microsoft Phi-4`
        plain = re.sub(r"[- ](?:Base|Instruct|Chat)$", "", name)
        for one in (*spelled, plain):
            ids = self._keys.get(_key(one.casefold()), set())
            if len(ids) != 1:
                continue
            model = self._registry.models[next(iter(ids))]
            if one == rest and head.casefold() not in model.developer.casefold():
                continue  # `Skywork o1` is not OpenAI's
            if one != plain or plain == name or not model.is_reasoning:
                return Subject(model.id, model.name, known=True)
        return None

    def makers(self, text: str) -> list[str]:
        """Developers that a text names, but for their chips."""
        found = (m["who"] for m in self._maker.finditer(text))
        return [self._written.get(who, who) for who in found]

    def maker_of(self, subject: Subject) -> str | None:
        """Who develops a model, None if that is not known."""
        model = self._registry.models.get(subject.id)
        if model is not None:
            return model.developer
        named = self._maker.match(_head(subject.name))
        return named["who"] if named else None

    def makes(self, name: str) -> bool:
        """Whether a name is that of a developer."""
        return any(w in self._makers for w in name.casefold().split())

    def subject(self, name: str) -> Subject:
        """The model of this name: the registry's, else a new one."""
        return self.known(name) or Subject(slug(name), name, known=False)

    def _discover(self, text: str, listed: Iterable[str]) -> None:
        spelled: dict[str, Subject] = {}
        chinese = _translated(text)
        for name in (*listed, *_candidates(text, self._makers)):
            if len(self.new) >= MAX_NEW:
                break
            if name in spelled or _BENCH.match(name) or _CHIP.match(name):
                continue
            subject = self._of_maker(name, text) or self.subject(
                chinese.get(name, name)
            )
            if re.fullmatch(r"v\d", subject.id):
                continue  # `V3` of nobody named is a version of anything
            spelled[name] = subject
            if not subject.known:
                self.new.setdefault(subject.id, subject)
        for name, latin in chinese.items():
            if latin in spelled:
                spelled.setdefault(name, spelled[latin])
        spelled |= self._short(spelled, text)
        for name, subject in spelled.items():
            self._add(name, subject)

    def _of_maker(self, name: str, text: str) -> Subject | None:
        """`MiniMax said its M1 model`; `Ultra` where `Llama-Nemotron Ultra` stands before."""
        if self.known(name):
            return None
        at = text.find(name)
        caps = re.findall(r"[A-Z][A-Za-z]{2,14}", text[max(0, at - 120) : at])
        maker = next((w for w in reversed(caps) if w not in _NO_HEADS), None)
        if maker and len(name) <= 5 and maker.casefold() in self._makers:
            return self.known(f"{maker} {name}")
        if re.match(r"[A-Z]\d(?:\.\d)?(?![A-Za-z0-9])", name):
            said = set(self.makers(text)) | (
                self._families & set(re.findall(r"[A-Z][A-Za-z]+", text))
            )
            theirs = {self.known(f"{m} {name}") for m in said} - {None}
            return next(iter(theirs)) if len(theirs) == 1 else None
        if re.fullmatch(r"[A-Z][a-z]{2,14}", name):
            longer = re.finditer(
                rf"([A-Z][A-Za-z0-9_.-]{{1,30}})[ -]{name}(?![A-Za-z0-9_-])", text
            )
            whole = {self.known(m[0]) for m in longer} - {None}
            return next(iter(whole)) if len(whole) == 1 else None
        return None

    def _short(self, spelled: dict[str, Subject], text: str) -> dict[str, Subject]:
        """Short forms of new names: `Tarn-2` of `Tarn-2 34B`, `Zephyrine` of `Zephyrine 3`."""
        forms: dict[str, set[Subject]] = defaultdict(set)
        for name, subject in spelled.items():
            if subject.known:
                continue
            forms[_SIZE.sub("", name)].add(subject)
            forms[_head(name)].add(subject)
        short = {}
        for form, subjects in forms.items():
            longest = max(subjects, key=lambda s: len(s.name))
            if form in spelled and not spelled[form].known and len(subjects) == 2:
                # The size belongs to the one model of that name.
                others = subjects - {spelled[form]}
                if len(others) == 1 and _SIZE.search(next(iter(others)).name):
                    short[form] = next(iter(others))
                continue
            if (
                len(subjects) == 1
                and len(form) > 2
                and form not in spelled
                and _key(form) not in self._heads
                and form.casefold() not in self._makers
                and form not in _NO_HEADS
                and len(
                    re.findall(
                        rf"(?<![A-Za-z0-9_-]){re.escape(form)}(?![A-Za-z0-9_-])", text
                    )
                )
                > 0
            ):
                short[form] = longest
        return short

    def mentions(self, text: str) -> list[Mention]:
        """Every model that a text names, the longest spelling first."""
        found: list[Mention] = []
        at = 0
        while len(found) < MAX_MENTIONS and (word := _WORD.search(text, at)):
            at = word.end()
            before = text[word.start() - 1 : word.start()]
            if before.isascii() and (before.isalnum() or before in tuple("-_/@")):
                continue
            hit = self._at(text, word)
            if hit:
                last = found[-1] if found else None
                if (  # `通义千问(Qwen2.5-32B)` is one name
                    last
                    and hit.role == "base"
                    and hit.subject == last.subject
                    and hit.start - last.end <= 2
                ):
                    found[-1] = replace(last, role="base")
                if (
                    last
                    and last.role in ("reference", "base")
                    and _AND.fullmatch(text[last.end : hit.start])
                ):
                    hit = replace(hit, role=last.role)  # `rivals o3-mini and o1`
                found.append(hit)
                at = hit.end
        return found

    def _at(self, text: str, word: re.Match[str]) -> Mention | None:
        for parts, subject in self._first.get(word[0].casefold(), ()):
            end = _spelled(text, word.start(), parts)
            if end is None:
                continue
            if _ADJECTIVE.match(text, end):
                return None
            if _LONGER.match(text, end):
                continue
            if (
                text[word.start()].islower()
                and len("".join(parts)) <= 4
                and not re.match(r"[os]\d", text[word.start() : end])
            ):
                continue  # `r1` in a formula, `beam` search
            if (
                not subject.known
                and text[word.start()].islower()
                and subject.name[0].isupper()
            ):
                continue
            return Mention(subject, word.start(), end, _role(text, word.start(), end))
        return None


def _translated(text: str) -> dict[str, str]:
    """Chinese names that stand with a Latin one in brackets behind them."""
    found: dict[str, str] = {}
    for match in _SAME.finditer(text):
        if re.search(r"\d|-", match["en"]):
            for cut in range(len(match["zh"]) - 1):
                if cut == 0 or text.count(match["zh"][cut:]) > 1:
                    found.setdefault(match["zh"][cut:], match["en"])
    return found


def slug(name: str) -> str:
    """The id that models.yaml would give a name."""
    spelled = "".join(f" {ord(c):x} " if "\u4e00" <= c <= "\u9fff" else c for c in name)
    plain = re.sub(r"[^a-z0-9]+", "-", spelled.casefold()).strip("-")
    return plain[:60]


def _candidates(text: str, makers: set[str]) -> Iterator[str]:
    """Spellings that look like the name of a model, in order."""
    for match in _NAME.finditer(text):
        name = match[0]
        head = re.match(r"[A-Za-z]+", name)
        while (
            head
            and (head[0] in _NO_HEADS or re.search(r"(?:ing|ly)$", head[0]))
            and " " in name
        ):
            name = name.partition(" ")[2]
            head = re.match(r"[A-Za-z]+", name)
        lettered = re.match(
            r"[VRKMT]\d(?:\.\d|-[A-Z]|$)|Seed-[A-Z]", name
        )  # V3.9, R1-Lite, V3
        if not head or (head[0] in _NO_HEADS and not lettered):
            continue
        if (
            _is_model(name)
            and not _ADJECTIVE.search(name)
            and not _STOP_BEHIND.match(text, match.end())
        ):
            yield name
            more = _TITLED.match(text, match.end())
            if (
                more
                and name[-1].isdigit()
                and more[1] not in _NO_HEADS
                and more[1].casefold() not in makers
                and not _NO_EXTENSION.search(more[1])
            ):
                yield f"{name} {more[1]}"  # `Grok 4 Titan`
    for match in _LOWER.finditer(text):
        if match[0].partition("-")[0] not in _NO_LOWER:  # fmt: skip
            yield match[0]
    yield from _placed(text, makers)
    for pattern in _ZH_PLACES:
        for match in pattern.finditer(text):
            yield match["name"]


def _placed(text: str, makers: set[str]) -> Iterator[str]:
    """Capitalised words in the place of a model: `trained Sable`, `Sable's RL`."""
    for pattern in _PLACES:
        for match in pattern.finditer(text):
            words = match["name"].split()
            while words and (
                words[0] in _NO_HEADS or re.search(r"(?:ing|ly)$", words[0])
            ):
                words = words[1:]
            while words and words[-1] in _NO_HEADS:
                words = words[:-1]
            name = " ".join(words)
            if _headline(text, match.start()):
                continue
            listed = pattern is _PLACES[-1]  # any label of a list may stand there
            if listed and len(re.findall(rf"\b{re.escape(name)}\b", text)) < 2:
                continue
            if name and not any(w.casefold() in makers for w in words):
                yield name


def _is_family(name: str, registry: Registry) -> bool:
    """Whether other models' names begin with a name that has no number."""
    first = name.casefold()
    return any(
        re.match(rf"{re.escape(first)}[- ]?\d", m.name.casefold())
        for m in registry.models.values()
    )


def _headline(text: str, at: int) -> bool:
    """Whether a line writes most of its words with a capital, as headlines do."""
    start = text.rfind("\n", 0, at) + 1
    line = text[start : start + 160].partition("\n")[0]
    long = re.findall(r"[A-Za-z][a-z]{3,}", line)
    if re.search(r"[.。](?!\d)|,\s|，", line):
        return False
    return len(long) > 4 and sum(w[0].isupper() for w in long) > 0.6 * len(long)


def _is_model(name: str) -> bool:
    """Whether a capitalised name has a version, a size or the ending of a model."""
    if re.match(r"o\d|[VRKMT]\d(?:\.\d|-[A-Z])", name):
        return True
    rest = name[len(_head(name)) :]
    if re.search(rf"[- ](?:{SUFFIXES})(?:\d|$|[- ])", rest):
        return (
            not re.fullmatch(
                r"[A-Z][a-z]+[- ](?:R|RL|Code|Math|Max|Pro|Fast|Next|Large|Small|Light|Edge|Medium|Base)",
                name,
            )
            or "-" in name
        )
    if not re.search(r"\d", rest):
        return False
    if re.fullmatch(
        r"[A-Z][A-Za-z]{0,2}\d{2,4}[A-Za-z]?", name
    ):  # a chip, a paper size
        return False
    return not re.fullmatch(r"[A-Za-z]+[ -](?:19|20)\d\d", name)


def _head(name: str) -> str:
    match = re.match(r"[A-Za-z]+(?:\s[A-Z][a-z]+(?=[ -]))?|[\u4e00-\u9fff]+", name)
    return match[0] if match else name


def _role(text: str, start: int, end: int) -> Role:
    before = text[max(0, start - 40) : start]
    if _DATA_BEHIND.match(text, end) or _DATA_BEFORE.search(before):
        return "data"
    if _BASE_BEHIND.match(text, end):
        return "base"
    if _ONE_OF.search(before) and _KIND_OF.match(text, end):
        return "base"  # `pretrain a 1.1B Llama model`
    if _BASE_BEFORE.search(before) and not re.search(r"[从在以]\s?$", before):
        return "base"
    compared = _REFERENCE_BEFORE.search(before)
    listed = r"(?:[A-Za-z0-9)）]|版本?|模型)\s?$"
    if (  # `A 和 B` may be a list
        compared
        and re.match("[和与同跟]", compared[0])
        and re.search(listed, before[: compared.start()])
    ):
        compared = _COMPARED_BEHIND.match(text, end)
    if compared or _REFERENCE_BEHIND.match(text, end):
        return "reference"
    return "subject"


def _spelled(text: str, start: int, parts: list[str]) -> int | None:
    """End of a name whose parts stand with a blank, hyphen or nothing between."""
    at = start
    for k, part in enumerate(parts):
        if k and text[at : at + 1] in (" ", "-", "_"):
            at += 1
        if text[at : at + len(part)].casefold() != part:
            return None
        at += len(part)
    return at


def _key(name: str) -> str:
    return _SPLIT.sub("", name.casefold())
