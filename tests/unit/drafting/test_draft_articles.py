"""The labelled articles, the shared ones, invented names, and the draft note."""
# ruff: noqa: E501

import json
from dataclasses import asdict
from datetime import date
from pathlib import Path

import pytest
import yaml
from draft_scores import Score, all_scores, name_in, registry, score

from pipeline.drafting.clean import main_text
from pipeline.drafting.draft import Head, accepted, conflict, draft_note
from pipeline.drafting.rules import extract
from pipeline.notes.constants import Dates
from pipeline.notes.frontmatter import split
from pipeline.notes.parse import read_note

REGISTRY = registry()
DAY = date(2025, 5, 14)
DATES = Dates.of((), date(2026, 1, 1))
HEAD = Head("acme", "Title", "https://example.org/a", DAY, DAY, "en")
SHARED = Path(__file__).parents[4] / "shared"
needs_shared = pytest.mark.skipif(
    not (SHARED / "articles/drafting").is_dir(), reason="the shared articles are absent"
)


def total(scores):
    result = Score()
    for one in scores:
        result += one
    return result


def test_labelled_articles():
    result = total(all_scores().values())
    report = f"{result}\n" + "\n".join(result.lines)
    assert result.recall >= 0.9, report
    assert result.subject >= 0.85, report
    assert result.precision >= 0.9, report


@pytest.mark.shared
@needs_shared
def test_shared_articles():
    scores, figures = [], []
    gold = json.loads((SHARED / "articles/drafting/gold.json").read_text())
    for file, labels in gold.items():
        text = main_text((SHARED / "articles/drafting" / file).read_bytes())
        got = [asdict(c) for c in extract(text, REGISTRY).candidates]
        scores.append(score(got, labels["want"], name_in(REGISTRY)))
        figures += [c["value"] for c in got if c["value"] in labels["never"]]
    result = total(scores)
    assert not figures
    assert result.recall >= 0.9, result.lines
    assert result.subject >= 0.85, result.lines
    assert result.precision >= 0.9, result.lines


def got(name):
    text = main_text((SHARED / "inputs/drafting" / name).read_bytes())
    return [
        (c.model, c.stage, c.evidence, c.value, c.duration_hours)
        for c in extract(text, REGISTRY).candidates
    ]


R1, V3, M1, ZERO = "deepseek-r1", "deepseek-v3", "minimax-m1", "deepseek-r1-zero"


@pytest.mark.shared
@needs_shared
@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("base_cost.txt", [(R1, "reasoning", "cost", 3e5), (V3, "pretraining", "cost", 6e6)]),
        ("chips_time.txt", [(R1, "reasoning", "chips_x_time", 640), (M1, "reasoning", "chips_x_time", 500)]),
        ("from_to.txt", [(ZERO, None, "score", 20), (ZERO, None, "score", 80), (R1, None, "score", 50), (M1, None, "score", 60)]),
        ("late.txt", [(R1, "reasoning", "flop", 1.5e24)]),
        ("latex.txt", [(R1, "reasoning", "flop", 1.5e24)] * 6 + [(R1, "reasoning", "flop", 1e24)]),
        ("list_of_costs.txt", [(R1, "post_training", "cost", 3e5), (ZERO, "reasoning", "cost", 2e5), (R1, "sft", "cost", 1e4), (R1, "reasoning", "cost", 9e4)]),
        ("nb_hyphen.txt", [(R1, "reasoning", "cost", 3e5), ("o3-mini", "reasoning", "chip_hours", 2e4)]),
        ("outperforms.txt", [(R1, None, "score", 90), (R1, None, "score", 70)]),
        ("space_groups.txt", [(R1, "reasoning", "chip_hours", 12500), (R1, "reasoning", "cost", 294e3), (R1, "reasoning", "chip_hours", 147e3)]),
        ("superscript.pdf", [(R1, "reasoning", "flop", 1.5e24), (V3, "pretraining", "flop", 3.3e24)]),
    ],
)  # fmt: skip
def test_shared_inputs(name, wanted):
    assert [c[:4] for c in got(name)] == wanted


@pytest.mark.shared
@needs_shared
def test_durations_of_the_shared_inputs():
    assert [c[4] for c in got("chips_time.txt")] == [200, 504]


# value, unit, model, kind, reference, bound
WANTED = [
    (10, "x", "o3", "ratio", "o1", None),
    (6e23, "FLOP", R1, "flop", None, None),
    (2e13, "tokens", R1, "tokens_x_params", None, None),
    (20, "%", R1, "share_of_pretraining", V3, None),
    (140_000, "hours", "llama-nemotron-ultra-253b", "chip_hours", None, None),
    (1e23, "FLOP", "llama-nemotron-ultra-253b", "flop", None, None),
    (1, "%", "llama-nemotron-ultra-253b", "share_of_pretraining", "llama-3-1-405b",
     "upper"),
    (1e20, "FLOP", "phi-4-reasoning", "bound", None, "upper"),
    (0.01, "%", "phi-4-reasoning", "share_of_pretraining", "phi-4", None),
    (1e6, "USD", None, "cost", None, None),
    (1e26, "FLOP", None, "bound", None, "lower"),
    (4, "x", None, "growth_rate", None, None),
    (10, "x", None, "growth_rate", None, None),
    (1e-4, "x", "o1", "ratio", "o3", None),
    (25, "%", "o1", "score", None, None),
]  # fmt: skip


@pytest.mark.shared
@needs_shared
def test_shared_scrape():
    path = SHARED / "articles/qbitai-2025-05-14.txt"
    found = extract(main_text(path.read_bytes()), REGISTRY)
    claims = {
        (c.value, c.unit, c.model, c.evidence, c.reference, c.bound): c
        for c in reversed(found.candidates)
    }
    assert set(claims) == {(float(w[0]), *w[1:]) for w in WANTED}
    assert claims[WANTED[10]].flags[0].startswith("of no single model")
    assert (claims[WANTED[9]].low, claims[WANTED[9]].high) == (1e5, 1e6)
    assert claims[WANTED[12]].per == (3, 5)
    assert claims[WANTED[11]].per == "year"
    assert any("advert" in x.reason for x in found.left_out)


MODELS = [
    "Zorblax-7", "Quillon 3", "Vexmar-R1", "DeepSeek-R3", "DeepSeek-R1-Turbo", "o7", "o3 Ultra",
    "Grok 9", "Grok 4 Titan", "Qwen5-Max", "GPT-7 Nova", "Phi-9-reasoning", "Skywork o1 Open",
    "Kimi K7", "Tessera-12B", "Llama-Nemotron Hyper", "MiniMax-M9", "Orrin-T2", "Composer 7",
    "Nimbrel-Think", "R1-Lite-Preview", "V3.9", "Claude Opus 9", "Hunyuan-Q4", "Lumen-3.5-Flash",
]  # fmt: skip
FRAMES = [
    "The reinforcement learning of {m} took {n} H100 hours.",
    "Training {m} cost ${n}000.",
    "{m} used 1.{n}e24 FLOP for RL.",
    "Earlier, DeepSeek-R1 had cost $294,000. {m} cost $2.62M to train.",
    "DeepSeek-R1 is older. By contrast, {m}'s RL ran on {n} H800 GPUs for three weeks.",
    "On {n} H200s, {m} was trained with RL for 12 days.",
    "{m}的强化学习用了{n}万H800小时。",
    "据报道,训练{m}花费约{n}万美元,而DeepSeek-R1为29.4万美元。",
    "与o1相比,{m}的推理训练算力约为{n}e22 FLOP。",
    "- {m}: {n},000 GPU-hours of RL",
    "| Model | RL cost (USD) |\n| --- | --- |\n| {m} | {n}000 |\n| o3 | undisclosed |",
    "{m} spent {n} percent of all its compute on RL.",
    "RL of {m} used twice the compute of {m} Base.",
    "## {m}\n\nThe RL stage took {n},000 H100-hours.",
    "Compared with Grok 4, {m} took {n} GPU-days more. Its RL cost ${n}K.",
    "{m}, which starts from DeepSeek-V3, needed {n},000 GPU hours of RL.",
    "For {m} the bill came to ${n}K of GPU time; training DeepSeek-V3 cost $5.576 million.",
    "强化学习阶段,{m}共消耗{n}万卡时。",
    "推理模型{m}在{n}张H20上训练了20天。",
    "{m}: RL with {n} H100s for 9 days.",
]  # fmt: skip
KNOWN_FIGURES = {294_000, 5.576e6}  # of the known models that the frames name


def test_invented_names_never_become_known_ones():
    """500 sentences: no figure of an invented model carries a known model's id."""
    wrong, silent = [], []
    for k, name in enumerate(MODELS):
        for j, frame in enumerate(FRAMES):
            text = frame.format(m=name, n=11 + (7 * k + 3 * j) % 80)
            mine = [
                c
                for c in extract(text, REGISTRY).candidates
                if c.value not in KNOWN_FIGURES
            ]
            wrong += [(text, c.model) for c in mine if c.known]
            silent += [text] if not mine else []
    assert not wrong
    assert len(silent) <= 0.1 * len(MODELS) * len(FRAMES), silent


@pytest.mark.parametrize(
    "text",
    [
        "Get 70% off on shoes today! Only $19.99 a month.",
        "Warriors 110 – 117 Timberwolves. The striker cost €150 million.",
        "HOME > SPORT > FOOTBALL   Posted 2026-05-19   Views 12,408",
        "首存送8888元,百家乐首页开户。",
        "The flat has 120 m2 and costs $1.2 million; the bank lends 60% at 3.4%.",
        "iPhone 19 sold 5 million units, 20% more than iPhone 18.",
        "本店所有商品五折,满100减20。",
        "The team took 90% of the vote in 3 of 5 districts.",
        "Chip stocks fell 3.4% and the index lost two thirds of its gains.",
        "China's GDP grew 4.5 times in 20 years.",
    ],
)
def test_none_of_our_business(text):
    assert not extract(text, REGISTRY).candidates


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("DeepSeek-R1 is out. A team from Lyon spent $450 on training a small model.", "of a model or team"),
        ("DeepSeek-R1 is out. The scale is absurd: 9.9 exaFLOP of peak compute for training.", "machines"),
        ("DeepSeek-R1 is out. Training took 12,000 H100 hours, unlike o3.", "another model"),
        ("DeepSeek-R1 is out. OpenAI spent $100 million on training.", "another developer"),
        ("DeepSeek-R1 is out. It used ten times the training compute of o1.", "ratio is not named"),
        ("They ran supervised fine-tuning on DeepSeek-V3 with 16 H100 GPUs for 3 days.", "doubtful"),
        ("We pretrained a 1B DeepSeek-V3 model on 3 trillion tokens.", "doubtful"),
        ("The cost of training GPT-4 fell from $80 million in 2023 to $20 million.", "another time"),
        ("Training DeepSeek-R1 cost $294,000 versus $5 million.", "other side"),
        ("Training DeepSeek-V3 with LoRA cost $300.", "adapter"),
        ("The $4.6 million cost of training Kimi K2 is not official.", "denied"),
        ("Llama training took 3 trillion tokens.", "family"),
        ("Grok 4 is on the list of models exceeding 1e25 FLOP.", "threshold"),
    ],
)  # fmt: skip
def test_what_is_not_certain_is_left_out_with_the_reason(text, reason):
    found = extract(text, REGISTRY)
    assert any(reason in x.reason for x in found.left_out), found
    last = text.rpartition(" is out. ")[2]
    assert all(c.value in (80e6, 294e3) for c in found.candidates if c.text in last)


@pytest.mark.parametrize(
    ("text", "model", "value"),
    [
        ("It rivals OpenAI's o3-mini and o1, says Orrin-T2's page. Orrin-T2 cost $26,880 to train.", "orrin-t2", 26_880),
        ("Training is cheaper than for models like o3 which cost $30 million.", "o3", 30e6),
        ("TinyOrrin-1.1B。TinyOrrin在3万亿tokens上预训练。", "tinyorrin-1-1b", 3e12),
        ("Orrin-T2 matches Vexmar-R1 with 4x less training compute.", "orrin-t2", 0.25),
        ("Training of Orrin-T2 cost $5.5m USD.", "orrin-t2", 5.5e6),
        ("Orrin-T2 was trained on 64×8 H800 GPUs for 198 hours.", "orrin-t2", 512),
    ],
)  # fmt: skip
def test_whose_a_figure_is(text, model, value):
    found = extract(text, REGISTRY).candidates
    assert [(c.model, c.tokens or c.value) for c in found] == [(model, value)]


def test_draft_is_read_and_accepted():
    text = "Reasoning training of DeepSeek-R1 took about 6e23 FLOP on 2025-01-20."
    found = extract(text, REGISTRY)
    note = draft_note(HEAD, found)
    claims = yaml.safe_load(split("acme.md", note))["claims"]
    assert [c["status"] for c in claims] == ["draft"]
    assert "(date)" in note
    assert claims[0]["summary"] not in text
    with pytest.raises(ValueError, match="publisher"):
        accepted("acme.md", note, [1])
    done = accepted("acme.md", note.replace("TO DO", "Acme", 1), [1])
    assert "left out" not in done
    read, faults = read_note("notes/acme.md", done.encode(), REGISTRY, DATES)
    assert not faults
    assert read is not None
    assert read.claims[0].status == "accepted"
    with pytest.raises(ValueError, match="numbered"):
        accepted("acme.md", note, [2])


def test_a_new_model_comes_with_its_entry():
    found = extract("The RL of Zorblax-7 took 12,000 H100 hours.", REGISTRY)
    (claim,) = found.candidates
    assert (claim.model, claim.known) == ("zorblax-7", False)
    note = draft_note(HEAD, found)
    assert "- id: zorblax-7\n  name: Zorblax-7\n  developer: TO DO" in note
    assert "reasoning, accelerator time: 12000" in " ".join(note.split())


def test_conflict_and_its_size():
    text = "Reasoning training of DeepSeek-R1 took about 6e25 FLOP."
    (claim,) = extract(text, REGISTRY).candidates
    record = {("deepseek-r1", "reasoning"): (1e23, 6e23)}
    assert "by 2.0 orders of magnitude" in str(conflict(claim, record))
    assert conflict(claim, {}) is None
    assert conflict(claim, {("deepseek-r1", "reasoning"): (1e25, 1e26)}) is None
