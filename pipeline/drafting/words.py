"""What a sentence is about: its words as tables.

What belongs here: keywords of stages, shares, benchmarks, doubt. What does not: the
decision on a figure (rules.py), sums of money (money.py).
"""

from __future__ import annotations

import re

STAGES: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("post_training", re.compile(
        r"后训练|後訓練|post[- ]?train|after the base (?:was|had)|预训练之后", re.I)),
    ("reasoning", re.compile(
        r"推理训练|推理阶段|推理模型|推理部分|强化学习|強化學習|第二阶段|推理结算|\bRL(?:VR)?\b|"
        r"reinforcement|reasoning|\bRL-|rollouts?|thinking|second stage", re.I)),
    ("pretraining", re.compile(r"预训练(?!之后)|預訓練|pre[- ]?train", re.I)),
    ("sft", re.compile(
        r"监督微调|監督微調|监督数据|\bSFT\b|fine[- ]?tun|微调|supervised (?:data|stage)|cold[- ]start|冷启动", re.I)),
    ("total", re.compile(
        r"总算力|總算力|总计算量|全部算力|总训练|in total|\btotal\b(?! parameters)|整个项目|whole (?:project|training|run)|"
        r"entire (?:training|run|project)|overall compute|all[- ]in\b|合计|总计", re.I)),
)  # fmt: skip
WHOLE = re.compile(
    r"\bwhole\b|\btotal\b|\bentire|\ball[- ]in\b|overall|altogether|整个|全部|总共|總共|合计|总计|总开销|总成本",
    re.I,
)
CLASS = re.compile(
    r"推理模型(?!的?[A-Z])|各公司|所有参与者|参与者|实验室|各家|reasoning models\b|\blabs\b|companies|"
    r"players|developers|everyone|frontier models\b|最大的?模型|训练(?:一个|1个|一款|单个)|单次|\ba (?:typical|single|frontier|large) (?:training )?(?:run|model)\b|largest (?:\w+ )?(?:runs?|models)",
    re.I,
)
COMPUTE = re.compile(
    r"训练|訓練|算力|计算量|浮点|第二阶段|强化学习|強化學習|投入的资金|comput|train|FLOP|\bRL\b|reasoning|"
    r"\bGPU|tokens|reinforcement|second stage|推理|卡时", re.I,
)  # fmt: skip
BENCHMARK = re.compile(
    r"(?:OTIS Mock )?AIME(?:[ -]?(?:20|'|’)?2[4567](?!\d))?|GPQA(?:[ -]Diamond)?|MMLU(?:-Pro)?|MATH(?:-?500)?(?![a-z])|"
    r"SWE-?bench(?:[ -](?:Verified|Pro))?|LiveCodeBench(?: v?\d)?|FrontierMath|HumanEval|ARC-AGI(?:-\d)?|"
    r"Humanity['’]s Last Exam|人类最后的考试|HLE\b|HMMT(?: 2025)?|Codeforces|GSM8K|IFEval|BrowseComp|Terminal-Bench|"
    r"SimpleQA|CNMO(?: 2024)?|MMMU|BBH\b|TruthfulQA|AlpacaEval|Arena-?Hard|DROP\b|C-Eval|USAMO(?: 2025)?|OlympiadBench"
)
PROTOCOL = re.compile(r"(?:pass|cons|maj|avg|mean)@\d{1,4}|majority vot\w+", re.I)
SCORE_WORD = re.compile(
    r"得分|准确率|正确率|分数|score|accuracy|solve|pass@|达到|reach|achiev|cons@|scored|\bgets?\b|attain",
    re.I,
)
YEARLY = re.compile(
    r"每年|年均|per year|a year|each year|every year|annual|yearly|/year|per annum|/yr",
    re.I,
)
MONTHS_ZH = re.compile(r"每(?:隔)?\s?(\d{1,2})\s?(?:[-–~到至]\s?(\d{1,2}))?\s?个月")
MONTHS_EN = re.compile(
    r"(?:every|per|each|in)\s(\w{1,6})(?:\s?(?:-|–|to|or)\s?(\w{1,6}))?[\s-]months?",
    re.I,
)
FEW_MONTHS = re.compile(r"(?:每|保持)几个月|几个月|every few months|few months", re.I)
GROWTH = re.compile(
    r"增长|增長|增速|增加|翻|提升|grow|increas|scal|expan|pace|rate|rise|rising", re.I
)
FRONTIER = re.compile(r"前沿|frontier|largest|最大", re.I)
PRONOUN = re.compile(
    r"这|它|该|其|\b(?:that|it|this|its|which|these|those|they|the (?:new )?(?:model|company|team))\b",
    re.I,
)
# Somebody or something that the sentence does not name.
UNNAMED = re.compile(
    r"\b(?:the|an?|its|their|our|another|one|every|each|most)\s(?:(?:much|far|somewhat)\s)?"
    r"(?:rivals?|competitors?|others?|smaller|larger|bigger|older|previous|earlier|second|sibling|"
    r"big|small|little|distilled|student|teacher|unnamed|undisclosed|different|prior|average|typical)\b"
    r"(?:[- ](?:model|version|variant|one|run|system|sibling|brother|sister|lab|company|generation)s?)?"
    r"|\b(?:a|the|its|their) (?:rival|competitor|predecessor|successor|sibling|teacher|student)\b(?:['’]s)?"
    r"|\b(?:past|previous|prior|earlier) (?:[a-z]+ )?models\b|\bother (?:models?|labs?|teams?)\b|\brivals\b|\bcompetitors\b"
    r"|(?:另一|其他|其它|别的|某)(?:款|个|家|些)?(?:模型|公司|团队|实验室)|竞争对手|同行|小模型|(?:此前|以往|之前)(?:的)?(?:推理)?模型|前代(?!\s?[A-Z])|上一代(?!\s?[A-Z])|前作|同类模型",
    re.I,
)
# A model or a team that is new to the text, so that a figure is not of the one before.
SOMEBODY = re.compile(
    r"\b(?:an?|our|some|other|another|many|most|several|these|such|typical) (?:[\w.-]+ ){0,3}(?:models?|LLMs?|runs?|networks?)\b|"
    r"\b(?:researchers|students|a team|teams|universit\w+|start-?ups?) (?:at|from|of)\b|"
    r"一[个款种](?:[\u4e00-\u9fffA-Za-z-]{0,10})模型|(?:大学|学院|分校|研究院)的?[^,，。]{0,8}(?:人员|团队|学者)|某[个款]|同类|其他|其它",
    re.I,
)
VERSION = re.compile(
    r"\b[Tt]he (?P<en>[A-Z][a-z]{2,12}|[a-z]{3,6}) (?:version|variant|edition|model|one)\b|(?P<zh>[A-Z][A-Za-z]{1,12})\s?(?:版本?|款)(?![\u4e00-\u9fff]?权)"
)
BASE = re.compile(
    r"\b(?:the|its|their|our) (?:\w{4,14} )?(?:base|foundation|underlying|backbone)(?: model| LLM)?(?!s\b)(?! models)(?! (?-i:[A-Z]))"
    r"|(?:原始)?(?:底座|基座|基础模型)(?:模型)?(?!\s?[A-Z])|原始底座",
    re.I,
)
# `of pre-training`, `what the base took`, `预训练的`: what a share is a share of.
OF_PRETRAINING = re.compile(
    r"(?>预训练|預訓練|pre[- ]?train(?:ing|ed)?)(?!\s?(?:data|dataset|corpus|tokens|mix|数据|语料))|\b(?:what )?(?:the|its|their) (?:original )?base(?: model)?(?: (?:took|used|cost|needed|had|run|itself))?\b|底座|基座",
    re.I,
)
OF_WHOLE = re.compile(
    r"\b(?:of|the) (?:all|the whole|the total|total|the entire|its (?:total |training |entire )?(?:training )?(?:compute|budget|FLOP)|the (?:training )?(?:compute|budget|run|project)|"
    r"(?:the )?(?:model's )?(?:overall )?(?:compute|computation))\b|of all\b|of the whole|of its (?:total|training)|of which|"
    r"总算力|總算力|全部算力|全部的?计算|总计算量|总训练|算力的?(?:花|用|投)|总开销|总成本|整个项目|的算力(?:花|用)|其中的?|占(?:了)?(?:全部|总)",
    re.I,
)
# `about as much as went into pre-training`: a ratio of one without a figure.
PARITY = re.compile(
    r"(?:about |roughly |nearly |almost |approximately )?(?:as much(?: [A-Za-z-]{2,12}){0,2}(?: on \w+)? as (?:(?:was |were |is |it |they )?(?:went into|spent on|used for|spent|had|did (?:in|for)|for|on|in|into)\s)?"
    r"(?:its |the |their )?pre-?training|(?:equal to|on par with|comparable (?:to|with)|similar to|level with|matching|the same as) (?:its |that of |the |their )?pre-?training)"
    r"|(?:与|和|跟)(?:其)?预训练(?:的?(?:算力|成本|规模|投入))?(?:大致|基本|大体|几乎)?(?:相当|持平|相近|差不多|一样多|相等|等同)",
    re.I,
)
NO_SHARE = re.compile(
    r"utili[sz]ation|\bMFU\b|\bMBU\b|利用率|\boff\b|discount|折|interest|probab|可能性|概率|chance|confiden|cheaper|"
    r"进度|progress|offset|emission|carbon|renewable|electric|faster|speed|latency|accura|sparsity|of (?:the )?(?:tokens|data|prompts|questions|problems|users|market|samples|staff|parameters|layers|GPUs|respondents)|"
    r"数据集?的|股|涨|跌|降价|下调|上涨|市场|用户|月活|CI\b|区间|interval|quantile|dropout|warm-?up|clip|learning rate|decay|threshold|cache|缓存|命中|tokens?\s?[(（]|win rate|胜率|of the time|inference|serving",
    re.I,
)
DOUBT = re.compile(
    r"rumou?r|allegedly|reportedly|unconfirmed|is said to|are said to|hearsay|speculat|would not believe|no source|"
    r"never (?:published|said|confirmed)|not (?:confirmed|published|true)|\bif\b|suppose|hypothe|\bcould\b|\bmight\b|expect|plans? to|will\b|"
    r"传言|传闻|据传|谣言|没有出处|未经(?:第三方)?(?:核实|证实)|假设|假如|如果|若(?!按)|可能(?!性)|预计|计划|外界说|据说|没那么|网传|爆料|未证实",
    re.I,
)
# What a figure would be, not what it was; an assumed price is a way of counting.
SUPPOSED = re.compile(
    r"\bgoal\b|\bideally\b|\bprojected\b|\bforecast|\btarget(?:s|ing)\b|\bplan(?:s|ned|ning)? to\b|\bsought\b|\bseek|\bif\b(?! (?:we|you) (?:count|includ))|\bsuppose|\bimagine|hypothe|\bassum(?:e|es|ed|ing)\b(?![^.;]{0,60}(?:pric|rent|\$|utili|MFU|per (?:GPU[- ])?hour))|"
    r"\blet['’]s say|\bwill (?:be|give|allow|yield|need|cost|take)\b|\b(?:could|would|might) (?:have|need|require|take|cost)\b|compute[- ]optimal|at full utili[sz]ation|in theory|假如|如果|倘若|设想|假设(?![^。;]{0,30}(?:租|价|美元))|假定(?![^。;]{0,30}(?:租|价|美元))|理论上",
    re.I,
)
# One figure for several models together.
SEVERAL = re.compile(
    r"\b(?:all|both|these|the) (?:of )?(?:the |these |our )?(?:two|three|four|five|six|\d{1,2}) (?:\w+ )?(?:models|sizes|variants|versions|runs)\b|\btotal for all\b|"
    r"\bacross (?:all|both|the) (?:\w+ )?(?:models|sizes|runs)\b|\ball (?:the )?(?:models|sizes)\b|\bcombined\b|cumulativ|(?:两|三|四|五|几|\d)(?:个|款)(?:模型|尺寸|版本)(?:合计|总|共|加起来)|全系列|所有模型",
    re.I,
)
# `a peak of 10 exaFLOP`, `1.5e23 FLOP at full utilisation`
PEAK = re.compile(
    r"\bpeak\b|capacity|capable of|theoretical|at full utili|峰值|理论", re.I
)
# `the cost fell from $4.5M to …`
CHANGE = re.compile(
    r"\bfrom\b(?:[^.;:]|\.\d){0,60}\bto (?:an? |about |around |just |only |under |less than |estimate[ds]? (?:of )?)*$",
    re.I,
)
THRESHOLD = re.compile(
    r"models? (?:exceeding|above|over|beyond|trained (?:with|on|using) (?:more than|over))|threshold|executive order|\bAI Act\b|\bSB ?\d|regulat|阈值|门槛|法案|监管",
    re.I,
)
OPERATIONS = re.compile(
    r"compute|computation|FLOP|GPU[- ]hours|GPU time|\bRL\b|算力|计算|运算|卡时|小时",
    re.I,
)
ADAPTER = re.compile(r"(?i:q?-?lora)\b|\bPEFT\b|\badapters?\b")
EXPERIMENTS = re.compile(
    r"\b(?:experiments?|ablations?|pilot|small[- ]scale|scaling[- ]law (?:runs|fits?))\b|消融|小规模实验|实验(?!室)",
    re.I,
)
TRAINED_ON = re.compile(
    r"\btrain|pre-?train|fine-?tun|\bRL\b|reinforcement|\b(?:runs?|ran)\b|\bsaw\b|\bseen\b|consum|process|ingest|训练|預訓練|预训练|学习了|投喂|强化学习",
    re.I,
)
# Tokens that a corpus holds or a step makes; how many were trained on is not said.
HELD = re.compile(
    r"\bunique\b|contain|\bboast|\bcompris|consist|synthe|filter|dedup|curat|collect|crawl|generat|optimal|\bdatasets? (?:of|with|size|has)|\bcorpus (?:of|with|has)|"
    r"合成|过滤|去重|包含|收集|采集|生成|挖掘|数据集(?:包含|规模|有)|语料(?:库)?(?:包含|规模|有)",
    re.I,
)
# … but for those that a model makes while it is trained by reinforcement.
ROLLED = re.compile(
    r"(?:RL|reinforcement|rollout|推理训练|强化学习)[^。;；]{0,60}?(?:generat\w*|生成)|"
    r"(?:generat\w*|生成)[^。;；]{0,40}?(?:\bRL\b|reinforcement|rollout|强化学习)",
    re.I,
)
# Said to a program that reads, not to people.
INJECTED = re.compile(
    r"(?:ignore|disregard|forget) (?:all |any |the |your )?(?:previous |prior |above |other )?(?:instructions|rules|prompts?)|"
    r"system prompt|as an? (?:AI|language model)|忽略(?:以上|之前|所有)?的?(?:指令|说明|规则)",
    re.I,
)
DENIED = re.compile(r"\bnot official\b|\bdenie[ds]\b|否认|辟谣", re.I)
CORRECTION = re.compile(
    r"\bcorrection\b|wrongly|by mistake|更正|勘误|误写|误报",
    re.I,
)
DATE = re.compile(
    r"\d{4}\s?[-/.年]\s?\d{1,2}\s?(?:[-/.月]\s?\d{1,2}\s?日?|月)|\d{1,2}月\d{1,2}[日号]|"
    r"(?:19|20)\d{2}\s?年|(?:今年|去年|明年)?\d{1,2}\s?月(?!之)|"
    r"\d{1,2} (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]{0,6}\.?(?: \d{4})?|"
    r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]{0,6}\.? \d{1,2}(?:st|nd|rd|th)?"
    r"(?:, ?\d{4})?(?!\d)|(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]{0,6}\.? "
    r"(?:19|20)\d{2}|\d{1,2}:\d{2}|\bQ[1-4] (?:19|20)\d{2}|https?://\S{1,300}|\barXiv:\d{4}\.\d{4,5}"
)
RESPECTIVELY = re.compile(r"respectively|分别|依次|各自", re.I)
PER_TIME = re.compile(
    r"per second|每秒|per day|每天|/s\b|a day\b|per minute|/day|每小时|an hour\b", re.I
)
WINDOW = re.compile(
    r"context|上下文|窗口|sequence length|max(?:imum)? (?:length|generation|output|response)|vocab|词表|per (?:million|1M)|每百万|"
    r"输入|输出|input tokens|output tokens|up to \d+K tokens|长度限制|最大长度",
    re.I,
)
NO_RATIO = re.compile(
    r"\bfast|cheaper|speed|longer|规模是|参数|parameter|tokens|model size|hardware|advantage|dataset|\bdata\b|数据|throughput|better|lower price|latency|context|上下文|长度|length|window|输出|输入|output|input|"
    r"降价|更快|便宜|速度|提速|加速|吞吐|inference|推理(?:成本|速度|算力只)|价格|price|用户|下载|users|download",
    re.I,
)
MEAN_LENGTH = re.compile(
    r"averag|\bmean\b|平均|per (?:response|rollout|sample|answer|completion)|each response|长度约|每条",
    re.I,
)
GENERATED = re.compile(r"generat|rollout|sampled|生成|采样|回放", re.I)
ACTIVE = re.compile(r"activ|激活|活跃", re.I)


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
        return first_stage(text)
    return best[1] if best else None


def first_stage(text: str) -> str | None:
    """The stage that a text names first."""
    hits = [(m.start(), name) for name, p in STAGES if (m := p.search(text))]
    return min(hits)[1] if hits else None
