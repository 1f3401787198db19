"""Which URLs Telegram takes for a link or a button."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

_SCHEME = re.compile(r"^([A-Za-z][A-Za-z0-9+.-]*)://")
_USER = re.compile(r"^tg://user\?id=(\d{1,15})$", re.IGNORECASE)


def mentioned_user(url: str) -> int | None:
    """The user id of `tg://user?id=…`."""
    match = _USER.match(url.strip())
    return int(match[1]) if match else None


def checked_link(url: str) -> str | None:
    """The URL with its scheme, or None where Telegram would not take it as a link.

    Only http, https, tg, ton and tonsite; a host needs a dot, so `http://localhost` is refused.
    """
    url = url.strip()
    if not url or any(character.isspace() for character in url):
        return None
    scheme = _SCHEME.match(url)
    if scheme is None:
        url = f"http://{url}"
    try:
        parts = urlsplit(url)
        port_is_sound = parts.port is None or 0 < parts.port < 65536
    except ValueError:
        return None
    if parts.scheme in ("tg", "ton", "tonsite"):
        return url if parts.netloc else None
    host = parts.hostname or ""
    if parts.scheme not in ("http", "https") or not port_is_sound:
        return None
    if "." not in host.strip(".") or re.search(r"[<>\"'\\{}|^`]", host):
        return None
    return url if parts.path or parts.query or parts.fragment else f"{url}/"
