"""Alerts: a line per failed run or warning, and a call to whoever should know.

What belongs here: the record `warehouse/alerts.jsonl` and the webhook. What does not:
noticing a failure (assets/alerts.py), showing one (cli/, doctor.py).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from http.client import HTTPException
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

from pipeline.settings import Settings

ERROR, WARNING = "error", "warning"
TIMEOUT = 5.0  # seconds; whoever listens is not worth a late sensor
_TAIL = 1 << 16  # bytes read to find the last line


@dataclass(frozen=True)
class Alert:
    """One failed run, or a release that a person should look at.

    Attributes:
        at: when it failed.
        run_id: Dagster's id of the run.
        job: its job.
        problems: why, a sentence each.
        changed: the files whose change asked for the run; '' if a person or the
            schedule did.
        webhook: 'not configured', 'sent', or why it could not be sent.
        severity: 'error' for a failed run; 'warning' for what was published all the
            same.
        answer: what the release says, in the words of the page; '' for a failed run.
    """

    at: datetime
    run_id: str
    job: str
    problems: Sequence[str]
    changed: str = ""
    webhook: str = "not configured"
    severity: str = ERROR
    answer: str = ""

    def sentence(self) -> str:
        """The alert for a person."""
        why = "; ".join(problem.splitlines()[0] for problem in self.problems)
        if self.severity == WARNING:
            return f"to look at since {self.at:%Y-%m-%d %H:%M} UTC: {why}"
        return (
            f"the run {self.run_id[:8]} of {self.job} failed on "
            f"{self.at:%Y-%m-%d %H:%M} UTC ({why}): see it in `headroom ui`"
        )


def path_of(settings: Settings) -> Path:
    """Where alerts are recorded, newest last."""
    return settings.warehouse / "alerts.jsonl"


def raise_alert(settings: Settings, alert: Alert) -> Alert:
    """Call the webhook if there is one, then record the alert; a dead hook is noted.

    Returns:
        The alert as recorded.
    """
    if settings.webhook:
        alert = replace(alert, webhook=_call(settings.webhook, alert))
    path = path_of(settings)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+b") as file:
        end = file.seek(0, 2)
        file.seek(max(0, end - 1))
        whole = file.read(1) in (b"", b"\n")  # else a kill has cut the last line
        file.write(b"" if whole else b"\n")
        file.write(_line(alert).encode() + b"\n")
    return alert


def last(settings: Settings) -> Alert | None:
    """The newest alert of a failed run; None if no such line can be read."""
    try:
        with path_of(settings).open("rb") as file:
            file.seek(max(0, file.seek(0, 2) - _TAIL))
            lines = file.read().decode("utf-8", "replace").splitlines()
    except OSError:
        return None
    for line in reversed(lines):
        try:
            facts = json.loads(line)
            alert = Alert(**facts | {"at": datetime.fromisoformat(facts["at"])})
        except (ValueError, TypeError, KeyError):
            return None  # cut off by a kill; the next alert stands on its own line
        if alert.severity == ERROR:
            return alert
    return None


def since(settings: Settings, moment: datetime | None) -> Alert | None:
    """The newest alert of a failed run, if nothing was published after it."""
    alert = last(settings)
    if alert is None or (moment is not None and alert.at <= moment):
        return None
    return alert


def _line(alert: Alert) -> str:
    return json.dumps(asdict(alert), default=datetime.isoformat, ensure_ascii=False)


def _call(url: str, alert: Alert) -> str:
    """POST the alert as JSON. The address may hold a secret: it is repeated nowhere."""
    what = "failed" if alert.severity == ERROR else "has something to look at"
    text = f"headroom: the run of {alert.job} {what}: {'; '.join(alert.problems)}"
    if alert.answer:
        text += f"\n\n{alert.answer}"
    body = json.dumps({"text": text, "alert": json.loads(_line(alert))}).encode()
    try:
        if urlsplit(url).scheme not in ("http", "https"):
            return "failed: HEADROOM_WEBHOOK is no http or https address"
        request = Request(  # noqa: S310 - the scheme is checked above
            url, data=body, headers={"Content-Type": "application/json"}
        )
        with urlopen(request, timeout=TIMEOUT) as answer:  # noqa: S310
            answer.read(_TAIL)
    except (OSError, HTTPException, ValueError) as error:
        status = getattr(error, "code", None)
        return f"failed: {f'it answered {status}' if status else type(error).__name__}"
    return "sent"
