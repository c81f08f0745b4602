"""`headroom ui` as a process of its own, and what its server says.

What belongs here: starting, asking, ending. What does not: assertions on the product.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pipeline.settings import Settings

_RUNS = "{ runsOrError { ... on Runs { results { runId status jobName tags { key value } } } } }"  # noqa: E501


class Session:
    """One `headroom ui` on a project of its own."""

    def __init__(self, settings: Settings, **environment: str) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = int(probe.getsockname()[1])
        self.url = f"http://127.0.0.1:{port}"
        self.log = settings.warehouse / f"ui-{port}.log"
        env = os.environ | {
            "HEADROOM_SOURCES": str(settings.sources),
            "HEADROOM_WAREHOUSE": str(settings.warehouse),
            "DAGSTER_HOME": str(settings.home),
        }
        headroom = Path(sys.executable).with_name("headroom")
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                [headroom, "ui", "--port", str(port)],
                env=env | environment,
                stdout=log,
                stderr=log,
            )
        self.wait(self._serves, 120, "the server never answered")

    def wait(self, ready: Callable[[], Any], seconds: float, otherwise: str) -> Any:
        """Ask until there is an answer, and return it."""
        deadline = time.monotonic() + seconds
        while not (found := ready()):
            assert time.monotonic() < deadline, f"{otherwise}\n{self.log.read_text()}"
            assert self.process.poll() is None, self.log.read_text()
            time.sleep(0.5)
        return found

    def ask(self, query: str, **variables: Any) -> dict[str, Any]:
        """Dagster's own API of the page."""
        body = json.dumps({"query": query, "variables": variables}).encode()
        request = urllib.request.Request(
            f"{self.url}/graphql", body, {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            found = json.loads(answer.read())
        assert "errors" not in found, found
        return found["data"]

    def runs(self) -> list[dict[str, Any]]:
        """All runs, newest first, their tags as a mapping."""
        found = self.ask(_RUNS)["runsOrError"]["results"]
        tags = ({t["key"]: t["value"] for t in run["tags"]} for run in found)
        return [run | {"tags": each} for run, each in zip(found, tags, strict=True)]

    def idle(self) -> bool:
        """Whether no run is queued or going on."""
        ended = {"SUCCESS", "FAILURE", "CANCELED"}
        return all(run["status"] in ended for run in self.runs())

    def daemon(self) -> int:
        """The process id of Dagster's daemon."""
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                parent = (folder / "stat").read_text().rpartition(")")[2].split()[1]
                command = (folder / "cmdline").read_text()
            except OSError:
                continue
            if int(parent) == self.process.pid and "dagster-daemon" in command:
                return int(folder.name)
        raise AssertionError("there is no daemon")

    def stop(self) -> int:
        """End it as Ctrl-C or a service manager would; its exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(30)

    def _serves(self) -> bool:
        try:
            urllib.request.urlopen(f"{self.url}/server_info", timeout=2).read()
        except OSError:
            return False
        return True
