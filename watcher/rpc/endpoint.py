"""A node's URL, split into what may be shown and what may not.

Providers put keys in the path, the query, or before the @. So a URL is shown as scheme and host
only, the credentials become a header, and what a node writes is scrubbed of every part of its URL.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit, urlunsplit

from watcher.rpc.budget import Allowance, read_allowances

HTTP = ("https", "http")
WEBSOCKET = ("wss", "ws")
_HOST = re.compile(r"[a-z0-9._-]+|[0-9a-f:.]+")
_SHORTEST_SECRET = 4  # scrubbing "v2" or "eth" would hide nothing and spoil every text


class BadNodeUrl(ValueError):
    """A node's URL cannot be used. The text says why, without the URL."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a node is asked. Its repr is safe to show."""

    name: str
    url: str = field(repr=False)
    headers: dict[str, str] = field(repr=False)
    secrets: tuple[str, ...] = field(repr=False)
    allowances: tuple[Allowance, ...] = ()
    """its budget, from the URL's fragment"""

    def scrub(self, text: str) -> str:
        """The text without any part of the URL that may be a key."""
        for secret in self.secrets:
            text = re.sub(re.escape(secret), "…", text, flags=re.IGNORECASE)
        return text


def public_name(url: str, index: int | None = None, schemes: tuple[str, str] = HTTP) -> str:
    """`https://host[:port]`, with `#index` where several nodes share it. Raises BadNodeUrl."""
    parts = _split(url, schemes)
    host = parts.hostname or ""
    shown = f"[{host}]" if ":" in host else host
    port = f":{parts.port}" if parts.port is not None else ""
    position = f"#{index}" if index is not None else ""
    return f"{parts.scheme}://{shown}{port}{position}"


def endpoints(urls: Sequence[str], schemes: tuple[str, str] = HTTP) -> tuple[Endpoint, ...]:
    """One for each URL, in order, under names that differ. Raises BadNodeUrl."""
    names = [public_name(url, None, schemes) for url in urls]
    return tuple(
        _endpoint(
            _split(url, schemes),
            public_name(url, place, schemes) if names.count(name) > 1 else name,
        )
        for place, (url, name) in enumerate(zip(urls, names, strict=True), start=1)
    )


def _endpoint(parts: SplitResult, name: str) -> Endpoint:
    headers: dict[str, str] = {}
    secrets = [parts.query, parts.path.strip("/"), *parts.path.split("/")]
    secrets += [pair.partition("=")[2] for pair in parts.query.split("&")]
    secrets += [value for _, value in parse_qsl(parts.query)]
    userinfo, at, place = parts.netloc.rpartition("@")
    if at:
        plain = ":".join(unquote(part) for part in userinfo.split(":", 1))
        token = base64.b64encode((plain if ":" in plain else plain + ":").encode()).decode()
        headers["Authorization"] = f"Basic {token}"
        secrets += [token, userinfo, *userinfo.split(":", 1)]
    secrets += [unquote(secret) for secret in secrets]
    return Endpoint(
        name=name,
        url=urlunsplit((parts.scheme, place, parts.path or "/", parts.query, "")),
        headers=headers,
        allowances=_allowances(parts.fragment),
        # Longest first, or a part would break up the whole that contains it.
        secrets=tuple(
            sorted({s for s in secrets if len(s) >= _SHORTEST_SECRET}, key=len, reverse=True)
        ),
    )


def _allowances(fragment: str) -> tuple[Allowance, ...]:
    problem = None
    try:
        return read_allowances(unquote(fragment))
    except ValueError as error:
        problem = str(error)
    raise BadNodeUrl(problem)


def _split(url: str, schemes: tuple[str, str]) -> SplitResult:
    # What urllib raises quotes the URL, so it must not even become the context of our error.
    parts = None
    try:
        parts = urlsplit(url.strip())
        usable = parts.port is None or parts.port > 0
    except ValueError:
        usable = False
    if parts is None or not usable:
        raise BadNodeUrl("a node's URL is malformed: its host or port cannot be read")
    if parts.scheme not in schemes:
        raise BadNodeUrl(f"a node's URL must begin with {schemes[0]}:// or {schemes[1]}://")
    if not parts.hostname or not _HOST.fullmatch(parts.hostname):
        raise BadNodeUrl("a node's URL needs a host of plain letters, as in https://node.example")
    return parts
