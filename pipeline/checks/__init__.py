"""What must hold across tables and what would be implausible.

What belongs here: pure functions from frames to findings, called by the assets' checks
and again by publish. What does not: rules on one table (contracts/).
"""

from pipeline.checks.consistency import CHECKS, Check

__all__ = ["CHECKS", "Check"]
