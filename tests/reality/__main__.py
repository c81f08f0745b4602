"""Score a table of models: `python -m tests.reality FILE [HARDWARE_FILE]`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from tests.reality.report import report
from tests.reality.scores import peaks_for, score


def main() -> int:
    """Print the table; 2 for a file that is none."""
    parser = argparse.ArgumentParser(prog="python -m tests.reality")
    parser.add_argument("models", type=Path, help="CSV of models in Epoch's format")
    parser.add_argument(
        "hardware", type=Path, nargs="?", default=None,
        help="CSV of hardware in Epoch's format, for the naive reference",
    )  # fmt: skip
    given = parser.parse_args()
    try:
        print(report(score(given.models, peaks_for(given.hardware))))
    except ValueError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
