"""The audit of the locks: silence of the database is never taken for safety."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest

from tests.mini import PROJECT


@contextmanager
def database(answer):
    """A server on loopback that answers a batch of queries."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            reply = json.dumps(answer(json.loads(body)["queries"])).encode()
            self.send_response(200)
            self.end_headers()
            self.wfile.write(reply)

        def log_message(self, *_):
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def audit(url):
    done = subprocess.run(
        [sys.executable, PROJECT / ".ci/audit.py"], env=os.environ | {"OSV_URL": url},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    return done.returncode, done.stdout


def listing(*vulnerable):
    return lambda queries: {
        "results": [
            {"vulns": [{"id": "OSV-1"}]} if q["package"]["name"] in vulnerable else {}
            for q in queries
        ]
    }


def test_every_pin_is_asked_about():
    with database(listing()) as url:
        code, said = audit(url)
    locked = {
        re.sub(r"\[.*?\]", "", line.split()[0])
        for lock in PROJECT.glob("requirements*.lock")
        for line in lock.read_text().splitlines()
        if "==" in line and not line.startswith((" ", "#"))
    }
    assert code == 0
    assert f"audited {len(locked)} pins, 0 with" in said


def test_a_vulnerable_pin_is_named_and_fails():
    with database(listing("pandas")) as url:
        code, said = audit(url)
    assert code == 1
    assert "OSV-1" in said


@pytest.mark.parametrize("answer", [{"results": []}, {}, []])
def test_a_database_that_did_not_answer_for_all_is_no_audit(answer):
    with database(lambda _: answer) as url:
        code, said = audit(url)
    assert code == 2
    assert said.startswith("NOT AUDITED")


def test_no_database_is_no_audit():
    code, said = audit("http://127.0.0.1:9")
    assert code == 2
    assert said.startswith("NOT AUDITED")
