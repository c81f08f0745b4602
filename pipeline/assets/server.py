"""Dagster's web server behind a guard: no other web page may act through it.

Dagster's server has no login and runs what any request asks for, and a browser sends
requests to 127.0.0.1 for any page that it shows. What belongs here: the guard, and
serving Dagster's own application behind it (`python -m pipeline.assets.server`). What
does not: logins. Whoever serves it to others puts a proxy in front (docs/operate.md).
"""

from __future__ import annotations

import argparse
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.responses import PlainTextResponse

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

LOCAL = ("127.0.0.1", "localhost")
_OWN = ("same-origin", "none")  # none: typed, or a bookmark


def guarded(app: ASGIApp, origins: Sequence[str] = ()) -> ASGIApp:
    """An application that answers only for this machine's names and its own pages.

    Args:
        app: Dagster's application.
        origins: where else its pages are served from, such as
            `https://headroom.example.org` for a proxy in front.
    """
    names = {name for name in map(_host, origins) if name}
    return TrustedHostMiddleware(
        SameOrigin(app, origins), [*LOCAL, *sorted(names)], www_redirect=False
    )


class SameOrigin:
    """Refuses what another page sent, and changes by GET; forbids frames.

    Browsers say where a request comes from: `Sec-Fetch-Site` for every request,
    `Origin` for whatever may change something and for websockets. A request without
    either comes from a program and is answered.
    """

    def __init__(self, app: ASGIApp, origins: Sequence[str] = ()) -> None:
        self.app = app
        self.origins = frozenset(origin.rstrip("/") for origin in origins)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer 403 or 405, close a websocket, or pass the request on."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        refused = self._refusal(scope)
        if refused:
            if scope["type"] == "websocket":
                await send({"type": "websocket.close", "code": 1008})
            else:
                status, why = refused
                await PlainTextResponse(why, status)(scope, receive, send)
            return

        async def without_frames(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.append("Content-Security-Policy", "frame-ancestors 'none'")
                headers["X-Frame-Options"] = "DENY"
            await send(message)

        await self.app(scope, receive, without_frames)

    def _refusal(self, scope: Scope) -> tuple[int, str] | None:
        """Status and reason, or None for a request of our own pages."""
        headers = Headers(scope=scope)
        method = scope.get("method", "GET")
        reading = scope["type"] == "http" and method in ("GET", "HEAD")
        query = scope["path"].rstrip("/").endswith("/graphql") and scope["query_string"]
        if reading and query:  # a link, too, would carry the query of a page load
            return 405, "Send queries by POST."
        site = headers.get("sec-fetch-site", "none")
        page_load = reading and headers.get("sec-fetch-mode") == "navigate"
        if site not in _OWN and not page_load:
            return 403, f"Refused: the request comes from another page ({site})."
        origin = headers.get("origin")
        scheme = {"ws": "http", "wss": "https"}.get(scope["scheme"], scope["scheme"])
        own = {f"{scheme}://{headers.get('host', '')}", *self.origins}
        if origin is not None and origin not in own:
            return 403, f"Refused: the request comes from another page ({origin})."
        return None


def _host(origin: str) -> str | None:
    return urlsplit(origin).hostname


@asynccontextmanager
async def _lifespan(_: object) -> AsyncIterator[None]:
    yield


def serve(host: str, port: int, workspace: str, origins: Sequence[str]) -> None:
    """Serve Dagster's application until interrupted.

    Args:
        host: address to listen on.
        port: port of it.
        workspace: path of a workspace file.
        origins: as for `guarded`.
    """
    import uvicorn
    from dagster import DagsterInstance
    from dagster._core.workspace.context import WorkspaceProcessContext
    from dagster._core.workspace.load_target import WorkspaceFileTarget
    from dagster_webserver.app import create_app_from_workspace_process_context
    from dagster_webserver.version import __version__

    with (
        DagsterInstance.get() as instance,
        WorkspaceProcessContext(
            instance, WorkspaceFileTarget(paths=[workspace]), version=__version__
        ) as context,
    ):
        app = create_app_from_workspace_process_context(context, lifespan=_lifespan)
        uvicorn.run(guarded(app, origins), host=host, port=port, log_level="warning")


def main() -> None:
    """`python -m pipeline.assets.server --port 3000 --workspace FILE`."""
    parser = argparse.ArgumentParser(description="Dagster's UI behind a guard.")
    parser.add_argument("--host", default=LOCAL[0])
    parser.add_argument("--port", type=int, default=3000)
    parser.add_argument("--workspace", default="workspace.yaml")
    parser.add_argument("--origin", action="append", default=[])
    given = parser.parse_args()
    serve(given.host, given.port, given.workspace, given.origin)


if __name__ == "__main__":
    main()
