"""`headroom ui`: Dagster's web server and daemon on this machine.

What belongs here: three child processes and their clean end. (`dagster dev` ignores
SIGTERM when it runs in the background.) What does not: definitions.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Annotated

import typer

from pipeline import settings as environment
from pipeline.cli.console import DATA_FAILED, WRONG_USAGE, out, sentences, stop

HOST = "127.0.0.1"
GRACE_SECONDS, START_SECONDS = 10, 120
_WORKSPACE = """\
load_from:
  - grpc_server: {{socket: "{socket}", location_name: headroom}}
"""


def ui(
    port: Annotated[int, typer.Option(help="Port on 127.0.0.1.")] = 3000,
    origin: Annotated[
        list[str] | None,
        typer.Option(help="Where a proxy shows it: https://headroom.example.org"),
    ] = None,
) -> None:
    """Start the Dagster UI with sensor and schedule; stop it with Ctrl-C."""
    settings = environment.load()
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except (OSError, OverflowError):
            stop(f"port {port} is in use; choose another with --port", WRONG_USAGE)
    from filelock import FileLock, Timeout

    from pipeline.assets.home import instance_of

    with sentences(), instance_of(settings):
        pass  # its servers would say less clearly what is wrong with it
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
    env = os.environ | {
        "DAGSTER_HOME": str(settings.home),
        "DAGSTER_DISABLE_TELEMETRY": "yes",
        "HEADROOM_SOURCES": str(settings.sources),
        "HEADROOM_WAREHOUSE": str(settings.warehouse),
    }

    def leave(*_: object) -> None:
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, leave)
    children: list[subprocess.Popen[bytes]] = []
    # A socket's path may have 107 characters: too few for some projects.
    with tempfile.TemporaryDirectory(prefix="headroom-") as folder:
        try:
            for command in _commands(Path(folder), port, origin or []):
                children.append(
                    subprocess.Popen(  # noqa: S603 - our own three commands
                        command, env=env, start_new_session=True
                    )
                )
                if len(children) == 1:
                    _wait_for(Path(folder) / "code", children[0])
            out.print(
                f"Dagster UI on http://{HOST}:{port} (home: {settings.home}); "
                "Ctrl-C stops.",
            )
            while all(child.poll() is None for child in children):
                time.sleep(0.2)
            stop("One of the servers has ended; its messages stand above.", DATA_FAILED)
        except KeyboardInterrupt:
            out.print("Stopping.")
        finally:
            _end(children)


def _commands(folder: Path, port: int, origins: list[str]) -> list[list[str]]:
    """The code server, which the other two share, the web server and the daemon."""
    code, workspace = folder / "code", folder / "workspace.yaml"
    workspace.write_text(_WORKSPACE.format(socket=code), encoding="utf-8")
    scripts = Path(sys.executable).parent
    shown = [part for origin in origins for part in ("--origin", origin)]
    commands = [
        [scripts / "dagster", "api", "grpc", "--socket", code, "--log-level", "warning",
         "-m", "pipeline.definitions", "--location-name", "headroom"],
        [sys.executable, "-m", "pipeline.assets.server", "--port", port,
         "--workspace", workspace, *shown],
        [scripts / "dagster-daemon", "run", "-w", workspace, "--log-level", "warning"],
    ]  # fmt: skip
    return [[str(part) for part in command] for command in commands]


def _wait_for(path: Path, server: subprocess.Popen[bytes]) -> None:
    """Return when the code server listens; its own messages say why if it ends."""
    deadline = time.monotonic() + START_SECONDS
    while server.poll() is None and time.monotonic() < deadline:
        with socket.socket(socket.AF_UNIX) as probe:
            if path.exists() and probe.connect_ex(str(path)) == 0:
                return
        time.sleep(0.1)


def _end(children: list[subprocess.Popen[bytes]]) -> None:
    """Interrupt all groups, then kill what does not end in time."""
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
