#!/usr/bin/env python3
"""Are any of the locked packages known to be vulnerable?

One request to the OSV database (https://osv.dev) for every pin of every lock. The exit
code is 0 only if each pin was looked up and none is listed, 1 if one is, and 2 if the
audit could not be made: silence is never taken for safety.
"""

from __future__ import annotations

import json
import os
import re
import sys
import urllib.error
import urllib.request
from pathlib import Path

DATABASE = os.environ.get("OSV_URL", "https://api.osv.dev/v1/querybatch")
ROOT = Path(__file__).parents[1]
PIN = re.compile(r"^([A-Za-z0-9][A-Za-z0-9._-]*)(?:\[[^]]*\])?==([^\s;\\]+)", re.M)


def pins(folder: Path) -> list[tuple[str, str]]:
    """Name and version of everything in the locks, once each."""
    locks = sorted(folder.glob("requirements*.lock"))
    return sorted({pin for lock in locks for pin in PIN.findall(lock.read_text())})


def known(listed: list[tuple[str, str]]) -> list[list[str]]:
    """The ids of the vulnerabilities of each pin, in their order.

    Raises:
        OSError, ValueError: if not every pin was answered for.
    """
    queries = [
        {"package": {"name": name, "ecosystem": "PyPI"}, "version": version}
        for name, version in listed
    ]
    request = urllib.request.Request(
        DATABASE,
        json.dumps({"queries": queries}).encode(),
        {"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=60) as answer:
        results = json.load(answer)["results"]
    if len(results) != len(listed):
        raise ValueError(f"{len(results)} answers for {len(listed)} pins")
    return [[each["id"] for each in result.get("vulns", [])] for result in results]


def main() -> int:
    """Print what was found and return the exit code."""
    listed = pins(ROOT)
    if not listed:
        print("NOT AUDITED: the locks have no pins")
        return 2
    try:
        found = known(listed)
    except (OSError, ValueError, KeyError, TypeError) as error:
        print(f"NOT AUDITED: {len(listed)} pins, {DATABASE} did not answer: {error}")
        return 2
    bad = [(pin, ids) for pin, ids in zip(listed, found, strict=True) if ids]
    for (name, version), ids in bad:
        print(f"{name} {version}: {', '.join(ids)}")
    print(f"audited {len(listed)} pins, {len(bad)} with known vulnerabilities")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
