"""The template of a new note.

What belongs here: its text. What does not: the rules (schema.py).
"""

from __future__ import annotations

import re
from datetime import date

from pipeline.notes.registry import SLUG

SLUG_HELP = "use lower-case letters, digits, dots and hyphens, such as acme-o5-report"

_TEMPLATE = """\
---
source:
  id: {source_id}
  title: "Title of the document"
  publisher: "Who published it"
  url: https://example.org/the-document
  published_on: {today}
  retrieved_on: {today}
  kind: primary            # primary | analyst | press | scrape
  language: en
claims:
  # Keep what you need; every kind and field is explained in sources/README.md.
  - id: rl-compute
    model: MODEL           # an id or alias of models.yaml
    stage: reasoning       # pretraining | sft | reasoning | post_training | total
    evidence: flop
    value: about 1e24
    locator: "section, table, page"
    summary: "The claim in your own words."
  - id: rl-hours
    model: MODEL
    stage: reasoning
    evidence: chip_hours
    value: about 140_000
    hardware: h100-sxm
    precision: bf16
    locator: "section, table, page"
    summary: "The claim in your own words."
  - id: ratio
    model: MODEL
    stage: reasoning
    evidence: ratio
    value: 10x
    reference: OTHER_MODEL
    locator: "section, table, page"
    summary: "The claim in your own words."
---
What the document is, what is uncertain, how the figures were read.
"""


def is_slug(text: str) -> bool:
    """Whether a text can be an id."""
    return re.match(SLUG, text) is not None


def template(source_id: str, today: date) -> str:
    """A note that passes the check once its capitals are replaced."""
    return _TEMPLATE.format(source_id=source_id, today=today)
