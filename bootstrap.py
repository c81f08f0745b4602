"""Set up `.venv` from the hashed locks, with nothing but Python and its venv module.

Called by the Makefile. A stamp holds the digest of what was installed, so that a second
call starts no installer and needs no network.
"""

import hashlib
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
BIN = VENV / "bin"
SUPPORTED = ((3, 11), (3, 13))
BOOTSTRAP = ROOT / "requirements-bootstrap.lock"  # uv, hatchling, editables
# Each holds everything that those before it do.
LOCKS = {
    "run": ROOT / "requirements.lock",
    "cluster": ROOT / "requirements-cluster.lock",
    "dev": ROOT / "requirements-dev.lock",
}


def digest(lock: Path) -> str:
    """What decides the content of `.venv`: the locks, pyproject and the interpreter."""
    seen = hashlib.sha256(sys.version.encode())
    for path in (BOOTSTRAP, lock, ROOT / "pyproject.toml"):
        seen.update(path.read_bytes())
    seen.update(str(ROOT).encode())  # an editable install remembers its folder
    return seen.hexdigest()


def fail(message: str) -> None:
    """Say what is missing and stop."""
    sys.exit(f"headroom set-up: {message}")


def run(*command: object) -> None:
    """Run an installer; its own message is the best explanation of a failure."""
    done = subprocess.run([str(part) for part in command], cwd=ROOT, check=False)
    if done.returncode:
        fail(
            f"`{' '.join(map(str, command[:4]))} …` failed; the lines above say why. "
            "The package registry must be reachable for the first set-up."
        )


def main(kind: str) -> None:
    """Install the lock of `kind`, a key of LOCKS, unless the stamp says it is there."""
    if not SUPPORTED[0] <= sys.version_info[:2] <= SUPPORTED[1]:
        fail(
            f"Python {sys.version_info[0]}.{sys.version_info[1]} found, 3.11 to 3.13 "
            "needed. Name one: `make PYTHON=python3.12 …`."
        )
    stamps = {name: VENV / f".{name}-stamp" for name in LOCKS}
    wanted = {name: digest(lock) for name, lock in LOCKS.items()}
    have = {n: s.read_text() if s.exists() else "" for n, s in stamps.items()}
    enough = list(LOCKS)[list(LOCKS).index(kind) :]
    if any(have[name] == wanted[name] for name in enough):
        return
    print(f"headroom set-up: installing into {VENV.name} (once per lock)", flush=True)
    if not (BIN / "python").exists():
        try:
            import ensurepip  # noqa: F401
            import venv
        except ImportError:
            fail("the venv module is missing. On Debian: apt-get install python3-venv.")
        venv.create(VENV, with_pip=True, clear=VENV.exists())
    for stamp in stamps.values():
        stamp.unlink(missing_ok=True)
    python = BIN / "python"
    run(
        python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check",
        "--require-hashes", "--no-deps", "-r", BOOTSTRAP,
    )  # fmt: skip
    uv = (BIN / "uv", "pip", "--quiet", "--no-progress")
    at = ("--python", python)
    # Compiled here once: where bytecode may not be written, each start would pay again.
    run(
        *uv[:2], "sync", *uv[2:], *at, "--require-hashes", "--compile-bytecode",
        BOOTSTRAP, LOCKS[kind],
    )  # fmt: skip
    run(
        *uv[:2], "install", *uv[2:], *at, "--no-deps", "--no-build-isolation", "-e", "."
    )
    stamps[kind].write_text(wanted[kind])


if __name__ == "__main__":
    main(sys.argv[1])
