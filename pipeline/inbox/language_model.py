"""Asking a language model for claims, where the operator has set one up.

What belongs here: one request per piece of the text, through the `openai` client, to
any endpoint of that protocol. What does not: trusting the answer (drafting/proposals.py
proves each claim), settings (settings.py). Off unless HEADROOM_LLM_URL and
HEADROOM_LLM_MODEL are set; the key is never stored or shown.
"""

from __future__ import annotations

from pipeline.drafting.candidates import Found
from pipeline.drafting.proposals import INSTRUCTION, SCHEMA, checked, chunks, merged
from pipeline.notes.registry import Registry
from pipeline.settings import LanguageModel

TRIES = 1  # beyond the first


def helped(
    found: Found, text: str, registry: Registry, model: LanguageModel
) -> tuple[Found, str | None]:
    """What the rules found, with what a language model adds.

    Args:
        found: candidates of the rules.
        text: the document's main text.
        registry: known models.
        model: the endpoint.

    Returns:
        All candidates, each marked with its source, and why the model did not help in
        full, or None.
    """
    import openai

    client = openai.OpenAI(
        base_url=model.url, api_key=model.key or "none", timeout=model.seconds,
        max_retries=TRIES,
    )  # fmt: skip
    for piece in chunks(text):
        try:
            answer = client.chat.completions.create(
                model=model.name,
                messages=[
                    {"role": "system", "content": INSTRUCTION},
                    {"role": "user", "content": piece},
                ],
                response_format={
                    "type": "json_schema",
                    "json_schema": {"name": "claims", "strict": True, "schema": SCHEMA},
                },
                temperature=0,
            )
            written = answer.choices[0].message.content or ""
        except openai.OpenAIError as error:
            return found, f"{type(error).__name__}: the rules alone made the draft"
        except (IndexError, AttributeError, TypeError, ValueError):
            return found, "its answer cannot be read: the rules alone made the draft"
        found = merged(found, *checked(written, text, registry))
    return found, None
