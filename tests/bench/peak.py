"""The most memory that this process has held.

What belongs here: asking the kernel. `getrusage` will not do: a child inherits the peak
of the process that started it.
"""

from __future__ import annotations

from pathlib import Path


def megabytes() -> float:
    """Peak of the resident set, MB."""
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) / 1024
