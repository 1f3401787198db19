"""A made-up language, in which every translated text is blank but for its fields.

It takes the place of Chinese, whose days and numbers have no Latin letters either: whatever Latin
letter is left on a screen then came there without a translation, or is nobody's to translate.
"""

from __future__ import annotations

import re
from functools import cache
from gettext import NullTranslations
from html import unescape

from bot.delivery.markup import plain_text
from bot.locales.extraction import extracted

_KEPT = re.compile(r"\{\w*\}|</?[a-z]+[^>]*>|&[a-z]+;")
_NOBODYS = re.compile(
    r"0x[0-9a-fA-F…]+|https?://\S+|/[a-z]+|@\w+|\b(?:UTC|US|gwei|all|Redis|Telegram|English|Español)\b"
)


@cache
def texts() -> set[str]:
    """Every text that has a translation, in its singular."""
    return {
        message.id if isinstance(message.id, str) else message.id[0]
        for message in extracted()
        if message.id
    }


def blank(text: str) -> str:
    """The text without a letter; fields and tags stay."""
    pieces = _KEPT.split(text)
    kept = [*_KEPT.findall(text), ""]
    blanked = (re.sub(r"[^\W\d_]", "·", piece) for piece in pieces)
    return "".join(piece + field for piece, field in zip(blanked, kept, strict=True))


class MadeUp(NullTranslations):
    """Translates what can be translated, and remembers what was said."""

    def __init__(self) -> None:
        super().__init__()
        self._texts = texts()
        self.said: set[str] = set()

    def gettext(self, message: str) -> str:
        return self._told(message, message)

    def ngettext(self, one: str, many: str, count: int) -> str:
        return self._told(one, many)

    def _told(self, key: str, text: str) -> str:
        if key not in self._texts:
            return text
        self.said.add(key)
        return blank(text)


def left_over(shown: str, foreign: list[str]) -> str:
    """The Latin letters that are left on a screen (HTML or a caption), without what is foreign."""
    text = unescape(plain_text(shown))
    for word in sorted(foreign, key=len, reverse=True):
        text = re.sub(rf"(?<![A-Za-z]){re.escape(word)}(?![A-Za-z])", " ", text)
    return " ".join(re.findall(r"[A-Za-z]+", _NOBODYS.sub(" ", text)))
