"""`headroom ui`: Dagster's web server and daemon on this machine.

What belongs here: two child processes and their clean end. (`dagster dev` ignores
SIGTERM when it runs in the background.) What does not: definitions.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Annotated

import typer

from pipeline import settings as environment
from pipeline.cli.console import DATA_FAILED, WRONG_USAGE, out, stop

HOST = "127.0.0.1"
GRACE_SECONDS = 10
_WORKSPACE = """\
load_from:
  - python_module: {module_name: pipeline.definitions, location_name: headroom}
"""


def ui(
    port: Annotated[int, typer.Option(help="Port on 127.0.0.1.")] = 3000,
) -> None:
    """Start the Dagster UI with sensor and schedule; stop it with Ctrl-C."""
    settings = environment.load()
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            stop(f"port {port} is in use; choose another with --port", WRONG_USAGE)
    from filelock import FileLock, Timeout

    from pipeline.assets.home import prepare_home

    prepare_home(settings)
    # The system frees it when the process ends; a second daemon would double runs.
    alone = FileLock(settings.home / "ui.lock")
    try:
        alone.acquire(timeout=0)
    except Timeout:
        stop(
            f"`headroom ui` runs already on {settings.home}: use that one, or stop it "
            "first.",
            WRONG_USAGE,
        )
    workspace = settings.home / "workspace.yaml"
    workspace.write_text(_WORKSPACE, encoding="utf-8")
    env = os.environ | {
        "DAGSTER_HOME": str(settings.home),
        "DAGSTER_DISABLE_TELEMETRY": "yes",
        "HEADROOM_SOURCES": str(settings.sources),
        "HEADROOM_WAREHOUSE": str(settings.warehouse),
    }
    scripts = Path(sys.executable).parent
    commands = (
        [scripts / "dagster-webserver", "-h", HOST, "-p", str(port), "-w", workspace],
        [scripts / "dagster-daemon", "run", "-w", workspace],
    )
    children = [
        subprocess.Popen(  # noqa: S603 - our own two commands
            [str(part) for part in command], env=env, start_new_session=True
        )
        for command in commands
    ]
    out.print(
        f"Dagster UI on http://{HOST}:{port} (home: {settings.home}); Ctrl-C stops."
    )

    def leave(*_: object) -> None:
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, leave)
    try:
        while all(child.poll() is None for child in children):
            time.sleep(0.2)
        stop("One of the two servers has ended; its messages stand above.", DATA_FAILED)
    except KeyboardInterrupt:
        out.print("Stopping.")
    finally:
        _end(children)


def _end(children: list[subprocess.Popen[bytes]]) -> None:
    """Interrupt both groups, then kill what does not end in time."""
    for child in children:
        _signal(child, signal.SIGINT)
    deadline = time.monotonic() + GRACE_SECONDS
    for child in children:
        try:
            child.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            _signal(child, signal.SIGKILL)
            child.wait()
        _signal(child, signal.SIGKILL)  # code servers that outlived their parent


def _signal(child: subprocess.Popen[bytes], number: signal.Signals) -> None:
    try:
        os.killpg(child.pid, number)
    except ProcessLookupError:
        return
