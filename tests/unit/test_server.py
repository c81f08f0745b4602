"""The guard of the web server: whose requests it answers."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from pipeline.assets.server import guarded

FRONT = "https://headroom.example.org"


async def _app(scope: Any, receive: Any, send: Any) -> None:
    """What stands behind: says yes to whatever reaches it."""
    if scope["type"] == "websocket":
        await send({"type": "websocket.accept"})
        return
    policy = [(b"content-security-policy", b"object-src 'none'")]
    await send({"type": "http.response.start", "status": 200, "headers": policy})
    await send({"type": "http.response.body", "body": b"reached"})


def _ask(
    path: str, headers: dict[str, str], *, method: str = "GET", kind: str = "http"
) -> list[dict[str, Any]]:
    place, _, query = path.partition("?")
    given = {"host": "127.0.0.1:3000"} | headers
    scope = {
        "type": kind, "method": method, "path": place, "query_string": query.encode(),
        "scheme": "http" if kind == "http" else "ws",
        "headers": [(k.encode(), v.encode()) for k, v in given.items()],
    }  # fmt: skip
    if kind == "websocket":
        del scope["method"]
    sent: list[dict[str, Any]] = []

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    asyncio.run(guarded(_app, [FRONT])(scope, None, send))
    return sent


def _status(path: str, headers: dict[str, str], method: str) -> int:
    return int(_ask(path, headers, method=method)[0]["status"])


OWN = "http://127.0.0.1:3000"
CROSS = {"sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors"}


@pytest.mark.parametrize(
    ("method", "path", "headers"),
    [
        ("GET", "/runs", {}),
        ("GET", "/runs", {"sec-fetch-site": "none", "sec-fetch-mode": "navigate"}),
        ("GET", "/runs", CROSS | {"sec-fetch-mode": "navigate"}),
        ("GET", "/main.js", {"sec-fetch-site": "same-origin"}),
        ("GET", "/graphql", {}),
        ("POST", "/graphql", {"origin": OWN, "sec-fetch-site": "same-origin"}),
        ("POST", "/graphql", {"origin": OWN}),
        ("POST", "/graphql", {}),
        ("POST", "/graphql", {"host": "localhost", "origin": "http://localhost"}),
        ("POST", "/graphql", {"host": "headroom.example.org", "origin": FRONT}),
    ],
)
def test_its_own_pages_and_programs_are_answered(method, path, headers) -> None:
    assert _status(path, headers, method) == 200


@pytest.mark.parametrize(
    ("method", "path", "headers"),
    [
        ("GET", "/graphql?query=mutation{x}", {}),
        ("GET", "/graphql/?query=mutation{x}", CROSS | {"sec-fetch-mode": "navigate"}),
        ("HEAD", "/graphql?query=mutation{x}", {}),
        ("GET", "/graphql?query=mutation{x}", {"sec-fetch-site": "same-origin"}),
        ("GET", "/runs", CROSS),
        ("GET", "/runs", {"sec-fetch-site": "same-site"}),
        ("GET", "/runs", {"host": "rebound.example:3000"}),
        ("GET", "/runs", {"host": ""}),
        ("POST", "/graphql", CROSS),
        ("POST", "/graphql", CROSS | {"sec-fetch-mode": "navigate"}),
        ("POST", "/graphql", {"origin": "http://evil.example"}),
        ("POST", "/graphql", {"origin": "http://127.0.0.1:8000"}),
        ("POST", "/graphql", {"origin": "https://127.0.0.1:3000"}),
        ("POST", "/graphql", {"origin": "null"}),
        ("POST", "/report_asset_materialization/x", {"origin": "null"}),
        ("POST", "/graphql", {"origin": OWN, "sec-fetch-site": "same-site"}),
    ],
)
def test_others_are_refused(method, path, headers) -> None:
    assert _status(path, headers, method) in (400, 403, 405)


def test_websockets_too_have_an_origin() -> None:
    def first(headers: dict[str, str]) -> str:
        return _ask("/graphql", headers, kind="websocket")[0]["type"]

    assert first({"origin": OWN}) == "websocket.accept"
    assert first({"origin": "http://evil.example"}) == "websocket.close"
    assert first({"host": "rebound.example", "origin": OWN}) != "websocket.accept"


def test_no_page_may_frame_it() -> None:
    headers = dict(_ask("/", {})[0]["headers"])
    assert headers[b"x-frame-options"] == b"DENY"
    policies = [v for k, v in _ask("/", {})[0]["headers"] if b"policy" in k]
    assert policies == [b"object-src 'none'", b"frame-ancestors 'none'"]
