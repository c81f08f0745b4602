"""Fetching from the open web, politely and within limits.

What belongs here: one request. http(s) only, hosts with public addresses only unless
allowed, robots.txt, conditional requests, few redirects, limits of size and time. What
does not: what the bytes mean (feeds.py, drafting/).
"""

from __future__ import annotations

import ipaddress
import socket
import time
from dataclasses import dataclass, field
from urllib.parse import urljoin, urlsplit
from urllib.robotparser import RobotFileParser

AGENT = "headroom"
SECONDS = 20.0  # for one answer in all, redirects included
LIMIT = 20_000_000  # bytes
REDIRECTS = 5
ROBOTS_LIMIT = 500_000


class WebError(Exception):
    """Why something cannot be fetched, in one sentence."""


@dataclass(frozen=True)
class Answer:
    """A body, or None where the server says that it is as it was."""

    url: str
    body: bytes | None
    etag: str | None = None
    last_modified: str | None = None


@dataclass
class Web:
    """One visit: it remembers what each host allows.

    Attributes:
        private: whether hosts may be asked whose addresses are not public.
        seconds: for one answer in all.
        limit: bytes of one answer.
    """

    private: bool = False
    seconds: float = SECONDS
    limit: int = LIMIT
    _robots: dict[str, RobotFileParser | None] = field(default_factory=dict)

    def get(
        self, url: str, etag: str | None = None, last_modified: str | None = None
    ) -> Answer:
        """Fetch an address.

        Args:
            url: http or https.
            etag: validator of the last answer.
            last_modified: the same, as a date.

        Raises:
            WebError: with the reason.
        """
        headers = {"If-None-Match": etag, "If-Modified-Since": last_modified}
        ends = time.monotonic() + self.seconds
        for _ in range(REDIRECTS + 1):
            self._allowed(url, ends)
            status, body, found = self._ask(
                url, {k: v for k, v in headers.items() if v}, ends, self.limit
            )
            if status in (301, 302, 303, 307, 308) and "location" in found:
                url = urljoin(url, found["location"])
                continue
            if status == 304:
                return Answer(url, None, etag, last_modified)
            if status != 200:
                raise WebError(f"{url} answers {status}")
            return Answer(url, body, found.get("etag"), found.get("last-modified"))
        raise WebError(f"{url}: more than {REDIRECTS} redirects")

    def _allowed(self, url: str, ends: float) -> None:
        """Whether robots.txt of the host lets us in; a dead one keeps us out."""
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise WebError(f"{url} is no http or https address")
        host = f"{parts.scheme}://{parts.netloc}"
        if host not in self._robots:
            self._robots[host] = self._rules(f"{host}/robots.txt", ends)
        rules = self._robots[host]
        if rules is not None and not rules.can_fetch(AGENT, url):
            raise WebError(f"robots.txt of {parts.hostname} asks not to fetch {url}")

    def _rules(self, url: str, ends: float) -> RobotFileParser | None:
        status, body, _ = self._ask(url, {}, ends, ROBOTS_LIMIT)
        if status >= 500:
            raise WebError(f"{url} answers {status}, so that nothing is fetched there")
        if status != 200:
            return None
        rules = RobotFileParser()
        rules.parse(body.decode("utf-8", "replace").splitlines())
        return rules

    def _ask(
        self, url: str, headers: dict[str, str], ends: float, limit: int
    ) -> tuple[int, bytes, dict[str, str]]:
        """Status, body and headers of one request."""
        import httpx

        self._public(url)
        left = ends - time.monotonic()
        if left <= 0:
            raise WebError(f"{url}: no answer within {self.seconds:g} seconds")
        try:
            with (
                httpx.Client(timeout=left, trust_env=False) as client,
                client.stream(
                    "GET", url, headers={"User-Agent": AGENT, **headers}
                ) as answer,
            ):
                self._peer(answer)
                body = bytearray()
                for part in answer.iter_bytes():
                    body += part
                    if len(body) > limit:
                        raise WebError(f"{url} holds more than {limit / 1e6:g} MB")
                    if time.monotonic() > ends:
                        raise WebError(
                            f"{url}: not whole after {self.seconds:g} seconds"
                        )
                return answer.status_code, bytes(body), dict(answer.headers)
        except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
            raise WebError(f"{url} cannot be fetched ({_why(error)})") from error

    def _public(self, url: str) -> None:
        """Refuse a host that has an address which is not public."""
        if self.private:
            return
        parts = urlsplit(url)
        try:
            found = socket.getaddrinfo(parts.hostname, parts.port or 443)
        except (OSError, ValueError) as error:
            raise WebError(f"{parts.hostname} has no address") from error
        for *_, address in found:
            _refuse(str(address[0]), url)

    def _peer(self, answer: object) -> None:
        """The same for the address that answered: names may change in between."""
        stream = getattr(answer, "extensions", {}).get("network_stream")
        peer = stream.get_extra_info("server_addr") if stream else None
        if peer and not self.private:
            _refuse(str(peer[0]), str(getattr(answer, "url", "")))


def _refuse(address: str, url: str) -> None:
    if not ipaddress.ip_address(address.partition("%")[0]).is_global:
        raise WebError(
            f"{url} leads to {address}, which is not public; HEADROOM_INBOX_PRIVATE=on "
            "allows it"
        )


def _why(error: Exception) -> str:
    return str(error).splitlines()[0][:120] if str(error) else type(error).__name__
