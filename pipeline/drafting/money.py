"""Which sum of money is the cost of training, and what the others are.

What belongs here: the words around a sum in US dollars. What does not: other figures
(candidates.py). A sum counts when its own clause ties it to training, or when its
sentence speaks of cost and training stands there or in the sentence before.
"""

from __future__ import annotations

import re

from pipeline.drafting.numbers import Figure

TRAINING = re.compile(
    r"训练|算力|第二阶段|强化学习|\btrain|compute|\bRL\b|reinforcement|reasoning|second stage|"
    r"post[- ]?train|fine[- ]?tun|微调|GPU|卡时", re.I,
)  # fmt: skip
COST = re.compile(
    r"花|成本|耗资|耗费|租金|耗用|投入|费用|支出|开销|开支|预算|账单|斥资|\bcost|rental|\bcom(?:es?|ing) (?:in|to)\b|amounts? to|\bpaid\b|\bspen[dt]|\bbill\b|budget|"
    r"price tag|expens|\boutlay|\ban hour\b|per (?:GPU[- ])?hour|每\s?(?:卡|GPU)?\s?小时", re.I,
)  # fmt: skip
# `trained for $6 million`; too little where training stands in the sentence before.
_FOR = re.compile(
    r"\bfor (?:about |around |roughly |only |just |under |less than |a mere )?(?:US)?\$",
    re.I,
)
# What a sum is when its clause says so; the first that fits names the reason.
_OTHER = tuple(
    (kind, re.compile(pattern, re.I))
    for kind, pattern in (
        ("funding or valuation",
         r"估值|融资|募资|筹集|领投|注资|基金|捐|valuation|\bvalued\b|valuing|\brais(?:e|ed|es|ing)\b|\bfund|"
         r"\bround\b|\bgrants?\b|donat|venture|investors?\b|under management|管理规模|series [a-h]\b"),
        ("shares", r"股价|市值|每股|股票|股权|股份|上市|share price|per share|\bshares\b|market (?:cap|value)|"
                   r"\bstock\b|\bstake\b|\bIPO\b|\bdividend"),
        ("revenue, profit or loss",
         r"营收|收入|利润|盈利|亏损|销售额|revenue|\bprofits?\b|\blosses\b|net loss|\bearn(?:s|ed|ings?)?\b|"
         r"\bsales\b|turnover|cash burn|\bARR\b"),
        ("loan", r"贷款|借款|担保|债权|债券|利率|\bloans?\b|\bcredit\b|\bdebt\b|\bbonds?\b|\blent\b|borrow|mortgage"),
        ("fine or lawsuit",
         r"罚款|罚金|诉讼|和解|赔偿|起诉|\bfined\b|\bfines?\b(?![- ]?tun)|penalt|lawsuit|\bsu(?:ed?|ing)\b|"
         r"settle(?:ment|d)?\b|damages"),
        ("pay or prize",
         r"工资|月薪|年薪|薪酬|薪水|奖金|签约费|奖|salar|\bwages?\b|bonus|compensation|pay package|\bpays? (?:its|their|researchers|staff)|"
         r"prize|jackpot|bounty|\bwins?\b|\bwon\b"),
        ("transfer, purchase or contract",
         r"转会|求购|收购|并购|合同|订单|票房|transfer|acqui|takeover|buyout|\bmerger|\bcontracts?\b|\bdeal\b|\bfees?\b"),
        ("capital expenditure", r"\bR&D\b|cloud spend|研发(?:投入|支出|费用)|资本支出|资本开支|capex|capital (?:expenditure|spending)|\bStargate\b"),
        ("a price",
         r"报价|售价|定价|价格|月费|订阅|优惠|折(?!合|算)|每百万|百万\s?(?:个)?\s?(?:输入|输出)?\s?(?:tokens?|词元)|"
         r"per (?:1 ?|one )?m(?:illion)?\b|/\s?(?:1 ?)?m(?:illion|tok)?\b|\bpriced\b|\bpric(?:es|ing)\b|\bAPI\b|"
         r"subscri|discount|coupon|\d ?%? off\b|deposit|casino"),
        ("property", r"房|彩|\bmansion|\bhouses?\b|real estate"),
    )
)  # fmt: skip
# The same, unless the clause itself speaks of training.
_ELSE = re.compile(
    r"投资|价值|采购|服务器|硬件|数据中心|园区|总部|\binvest|\bworth (?!of)|\bbought\b|purchas|"
    r"\bservers?\b|hardware|data cent(?:er|re)|headquarters|campus|\boffices?\b|advertis|广告|营销|lobby",
    re.I,
)
_CLAUSE = re.compile(
    r"[;:，；：、()（）。]|,(?!\d)|\s[-–—]\s|—|\s(?:and|while|but|whereas|which|who|whose|after|before|though)\s|"
    r"而(?!言)|但|并(?!行)|此前|随后", re.I,
)  # fmt: skip
_RATE_BEHIND = re.compile(
    r"^[\s(（]{0,2}(?:/|per|an?\b|each|every|apiece|每)\s?(?P<of>[A-Za-z]{1,12}|小时|天|日|月|年|人|题|次)",
    re.I,
)
_RATE_BEFORE = re.compile(
    r"(?:每(?:年|月|股|人|题|次|小时|个月)|每\s?(?:GPU|卡)?\s?(?:小时|卡时|时)|annual(?:ly)?|yearly|monthly|hourly)[^,，。;；\d]{0,16}$",
    re.I,
)
_LIKEWISE = re.compile(
    r"低于|高于|少于|不及|相比|lower than|less than|more than|compared|versus|\bthan the\b",
    re.I,
)
_NEAR = 160  # characters of a sentence on each side of a sum that are read
_HOUR = re.compile(r"GPU|H\d|hour|h$|小时|chip", re.I)


def unrelated(text: str, figure: Figure, before: str) -> str | None:
    """Why a sum in dollars is no cost of training; None if it is one.

    Args:
        text: the sentence.
        figure: the sum in it.
        before: the sentence before, or ''.
    """
    begin = max(0, figure.start - _NEAR)
    text, before = text[begin : figure.end + _NEAR], before[-_NEAR:]
    start, end = figure.start - begin, figure.end - begin
    behind = _RATE_BEHIND.match(text[end:])
    if behind:
        return "a price per hour" if _HOUR.match(behind["of"]) else "a price or rate"
    if _RATE_BEFORE.search(text[max(0, start - 40) : start]):
        return "a price or rate"
    clause = _clause(text, start, end)
    own = _other(clause)
    if own:
        return f"money unrelated: {own}"
    trains = TRAINING.search(clause) is not None
    # `a $6 million training run`: the word stands right beside the sum.
    if trains and (
        _costs(clause) or TRAINING.search(text[max(0, start - 25) : end + 25])
    ):
        return None
    if not trains and _ELSE.search(clause):
        return "money unrelated: another purchase"
    if _LIKEWISE.search(clause) and TRAINING.search(text) and _costs(text):
        return None  # `which is lower than the $5.6 million for V3`
    elsewhere = _other(text)
    if elsewhere:
        return f"money unrelated: {elsewhere}"
    if TRAINING.search(text):
        spent = _costs(text) or COST.search(before)
        return None if spent else "money unrelated: no cost of training"
    if TRAINING.search(before) and COST.search(text):
        return None
    return "money unrelated: no word of training near it"


def _costs(text: str) -> bool:
    return COST.search(text) is not None or _FOR.search(text) is not None


def _other(text: str) -> str | None:
    return next((kind for kind, pattern in _OTHER if pattern.search(text)), None)


def _clause(text: str, start: int, end: int) -> str:
    """The part of a sentence around a figure, between its commas and conjunctions."""
    first, last = 0, len(text)
    for stop in _CLAUSE.finditer(text):
        if stop.end() <= start:
            first = stop.end()
        elif stop.start() >= end:
            last = stop.start()
            break
    return text[first:last]
