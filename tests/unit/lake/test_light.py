"""Guards that asking for the head or the fingerprint stays light.

A second `headroom refresh` asks both and nothing else: neither may pull in pandas,
DuckDB or Dagster.
"""

import subprocess
import sys

HEAVY = "{'pandas', 'numpy', 'duckdb', 'dagster', 'pyarrow'}"


def test_head_and_fingerprint_import_nothing_heavy(tmp_path):
    code = (
        "import sys; from pathlib import Path; from pipeline.settings import Settings;"
        "from pipeline.lake import fingerprint, head, release_id, writer;"
        f"p = Path({str(tmp_path)!r}); s = Settings(p, p, p);"
        "assert head(s) is None; fingerprint({}); "
        f"print(sorted({HEAVY} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], check=False, capture_output=True, text=True
    )
    assert done.stdout.strip() == "[]", done.stdout + done.stderr
