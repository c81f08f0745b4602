"""What can go wrong in the store, each a sentence that says what to do.

What belongs here: exception classes. What does not: deciding exit codes (cli does).
"""

from __future__ import annotations

from collections.abc import Sequence


class LakeError(RuntimeError):
    """Base of all errors of the store; its text is meant for a person."""


class UsageError(LakeError):
    """What was asked for does not exist or cannot be done there."""


class StagingError(LakeError):
    """A staged table is missing, unreadable or not what its footer says."""


class FetchError(LakeError):
    """A published table could not be fetched, or is something else."""


class LockBusyError(LakeError):
    """Another process is writing."""


class CatalogError(LakeError):
    """The lake or a file derived from it cannot be read or written."""


class RefusedError(LakeError):
    """The staged tables may not be published; `findings` has one sentence each."""

    def __init__(self, findings: Sequence[str]) -> None:
        self.findings = tuple(findings)
        super().__init__("nothing was published: " + "; ".join(self.findings))


class HeldError(RefusedError):
    """A release waits for a person, who may overrule what was found."""

    def __init__(self, findings: Sequence[str]) -> None:
        super().__init__(findings)
        self.args = (
            f"{self}; correct the sources, or publish it anyway with "
            '`headroom refresh --accept "reason"`',
        )
