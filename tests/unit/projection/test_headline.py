"""Which scenario answers."""

import pytest

from pipeline.projection.headline import headline

ORDER = [("a", False), ("marked", True), ("b", False)]
SCENARIOS = [
    {"scenario": name, "headline": marked, "position": k}
    for k, (name, marked) in enumerate(ORDER, 1)
]


def row(scenario, vintage="2026-01-01", stale=False, status="open", share="scenario"):
    return {
        "scenario": scenario, "vintage": vintage, "threshold": share,
        "stale": stale, "status": status,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([row("a"), row("marked"), row("b")], "marked"),
        ([row("b"), row("a"), row("marked", stale=True)], "a"),
        ([row("b"), row("a"), row("marked", status="none")], "a"),
        ([row("b"), row("a", stale=True), row("marked", stale=True)], "b"),
        ([row("b", stale=True), row("marked", stale=True)], "marked"),
        ([row("b", stale=True), row("marked", status="none")], "b"),
        ([row("marked"), row("share")], "share"),
        ([row("marked"), row("share", status="none")], "marked"),
    ],
)
def test_share_answers_else_the_marked_path_or_a_newer_one(rows, expected):
    assert headline(SCENARIOS, rows)["scenario"] == expected


def test_only_the_newest_vintage_and_the_scenarios_own_share_count():
    rows = [
        row("marked", "2025-01-01"),
        row("marked", stale=True),
        row("marked", share="0.5"),
        row("b"),
    ]
    found = headline(reversed(SCENARIOS), rows)
    assert (found["scenario"], found["vintage"]) == ("b", "2026-01-01")


def test_without_a_projection_nothing_answers():
    for rows in ([], [row("marked", status="none")], [row("marked", share="1")]):
        with pytest.raises(LookupError):
            headline(SCENARIOS, rows)
