"""HTML as Telegram takes it: what of it is visible, and how long that is."""

from __future__ import annotations

import re
from html import escape, unescape

LONGEST = 4096
"""UTF-16 units of one message, counted after its tags are taken away."""
LONGEST_CAPTION = 1024
"""As much of what stands below a picture."""

_TAG = re.compile(r"<[^>]*>")


def link(markup: str, url: str) -> str:
    """A link around markup that has none itself."""
    return f'<a href="{escape(url)}">{markup}</a>'


def plain_text(markup: str) -> str:
    """What a person sees of it."""
    return unescape(_TAG.sub("", markup))


def visible_length(markup: str) -> int:
    """Its length as Telegram counts it, in UTF-16 units."""
    return len(plain_text(markup).encode("utf-16-le")) // 2
