"""What a sentence is about: its words as tables.

What belongs here: keywords of stages, classes, benchmarks, dates. What does not: the
decision on a figure (candidates.py).
"""

from __future__ import annotations

import re

STAGES: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("reasoning", re.compile(
        r"推理训练|推理阶段|推理模型|推理部分|强化学习|后训练|第二阶段|推理结算|\bRLVR?\b|"
        r"reinforcement|reasoning|post[- ]?training|\bRL-|rollouts?|thinking", re.I)),
    ("pretraining", re.compile(r"预训练|pre[- ]?train", re.I)),
    ("sft", re.compile(r"监督微调|\bSFT\b|fine[- ]?tun|微调", re.I)),
    ("total", re.compile(r"总算力|总计算量|总训练|in total|total (?:training )?compute", re.I)),
)  # fmt: skip
CLASS = re.compile(
    r"推理模型|各公司|所有参与者|参与者|实验室|各家|reasoning models?|\blabs\b|companies|"
    r"players|developers|everyone|frontier models?|最大的?模型|largest (?:training )?(?:runs?|models?)",
    re.I,
)
COMPUTE = re.compile(
    r"训练|算力|计算量|浮点|第二阶段|强化学习|投入的资金|compute|train|FLOP|\bRL\b|reasoning|"
    r"\bGPU|tokens|reinforcement|post[- ]?train|second stage|推理", re.I,
)  # fmt: skip
BENCHMARK = re.compile(
    r"(?:OTIS Mock )?AIME(?:[ -]?(?:20)?2[456](?!\d))?|GPQA(?:[ -]Diamond)?|MMLU(?:-Pro)?|MATH(?:-?500)?|"
    r"SWE-?bench(?: Verified)?|LiveCodeBench|FrontierMath|HumanEval|ARC-AGI(?:-\d)?|"
    r"Humanity's Last Exam|HLE\b|HMMT|Codeforces|GSM8K|IFEval|BrowseComp"
)
PROTOCOL = re.compile(r"(?:pass|cons|maj|avg)@\d{1,4}", re.I)
SCORE = re.compile(
    r"得分|准确率|分数|score|accuracy|solve|pass@|达到|reach|achiev|cons@", re.I
)
YEARLY = re.compile(
    r"每年|年均|一年|per year|a year|each year|every year|annual|yearly|/year|per annum|/yr",
    re.I,
)
MONTHS_ZH = re.compile(r"每\s?(\d{1,2})\s?(?:[-–~到至]\s?(\d{1,2}))?\s?个月")
MONTHS_EN = re.compile(
    r"(?:every|per|each|in)\s(\w{1,6})(?:\s?(?:-|–|to|or)\s?(\w{1,6}))?[\s-]months?",
    re.I,
)
FEW_MONTHS = re.compile(r"(?:每|保持)几个月|几个月|every few months|few months", re.I)
GROWTH = re.compile(
    r"增长|增速|增加|翻|提升|grow|increas|scal|expan|pace|rate|rise|rising", re.I
)
FRONTIER = re.compile(r"收敛|前沿|整体|frontier|overall|converge|slow", re.I)
PRONOUN = re.compile(
    r"这|它|该|其|\b(?:that|it|this|its|which|these|those|they)\b", re.I
)
DATE = re.compile(
    r"\d{4}\s?[-/.年]\s?\d{1,2}\s?(?:[-/.月]\s?\d{1,2}\s?日?|月)|\d{1,2}月\d{1,2}[日号]|"
    r"(?:19|20)\d{2}\s?年|(?:今年|去年|明年)?\d{1,2}\s?月(?!之)|"
    r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]{0,6}\.? \d{1,2}(?:st|nd|rd|th)?"
    r"(?:, ?\d{4})?(?![\d,.])|(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]{0,6}\.? "
    r"(?:19|20)\d{2}|\d{1,2}:\d{2}|\bQ[1-4] (?:19|20)\d{2}|https?://\S{1,300}"
)
TIGHTER = re.compile(r"提高到|提升到|增加到|上升到|增至|到| to |-to-")


def stage_of(text: str, position: int | None = None) -> str | None:
    """The stage whose word stands nearest before a position, else the first one."""
    best: tuple[int, str] | None = None
    for name, pattern in STAGES:
        for match in pattern.finditer(text):
            if position is not None and match.start() > position:
                break
            if best is None or match.start() > best[0]:
                best = (match.start(), name)
    if best is None and position is not None:
        return stage_of(text)
    return best[1] if best else None
