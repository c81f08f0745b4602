"""The licence of every locked package that is installed, as docs/licences.md.

Exit code 1 if a package states none, or one that does not go with an MIT project.
"""

from __future__ import annotations

import re
import sys
from importlib.metadata import PackageMetadata, PackageNotFoundError, metadata
from pathlib import Path

ROOT = Path(__file__).parents[1]
PIN = re.compile(r"^([A-Za-z0-9][A-Za-z0-9._-]*)(?:\[[^]]*\])?==([^\s;\\]+)", re.M)
REFUSED = re.compile(r"^$|\bA?GPL|\bSSPL|Proprietary|Commons Clause", re.I)
HEAD = """# Licences of the dependencies

Written by `make licences` from the installed packages of `requirements-cluster.lock`,
which is what runs; tools of development are not shipped.

| package | version | licence |
| --- | --- | --- |
"""


def licence(stated: PackageMetadata) -> str:
    """A short name of the licence, empty if the package has none."""
    short = (stated.get("License-Expression") or stated.get("License") or "").strip()
    if not short or "\n" in short or len(short) > 60:
        classes = stated.get_all("Classifier") or []
        named = [c.split(" :: ")[-1] for c in classes if c.startswith("License ::")]
        short = ", ".join(named) or short.split("\n")[0][:60]
    return short


def main() -> int:
    """Write the page; name what is missing or refused."""
    rows, faults = [], []
    for name, version in PIN.findall((ROOT / "requirements-cluster.lock").read_text()):
        try:
            found = licence(metadata(name))
        except PackageNotFoundError:
            rows.append(f"| {name} | {version} | not installed on this platform |")
            continue
        if all(REFUSED.search(choice) for choice in found.split(" OR ")):
            faults.append(f"{name} {version}: {found or 'no licence stated'}")
        rows.append(f"| {name} | {version} | {found} |")
    (ROOT / "docs" / "licences.md").write_text(HEAD + "\n".join(rows) + "\n")
    print("\n".join(faults) or f"{len(rows)} packages, every licence known")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
