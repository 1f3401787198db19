"""Foreign text made harmless: what tokens, entities and people call things, before it is shown."""

from __future__ import annotations

import unicodedata
from html import escape

from bot.languages import _

SYMBOL_LENGTH = 16
LABEL_LENGTH = 40
_LOOKED_AT = 1_000
_MARKS_IN_A_ROW = 2
# the question mark stands for a token that said nothing
_NO_NAME = {"", "?"}
_SPACES = {"Zs", "Zl", "Zp"}
_DROPPED = {"Cf", "Cs", "Co", "Cn"}
# letters and symbols that look like nothing at all
_INVISIBLE = str.maketrans(dict.fromkeys("\u115f\u1160\u3164\uffa0\u2800\u034f\u17b4\u17b5", " "))
# Telegram makes links of bare domains, @names and /commands; these only look the same
_DEFUSED = str.maketrans({".": "\u2024", "@": "\uff20", "/": "\u2215", ":": "\u2236"})


def clean(text: str, longest: int) -> str:
    """One line of at most ``longest`` characters, without control or direction characters.

    Empty when nothing visible is left. Not escaped.
    """
    text = unicodedata.normalize("NFC", text[:_LOOKED_AT].translate(_INVISIBLE))
    kept: list[str] = []
    marks = 0
    for character in text:
        category = unicodedata.category(character)
        if category in _DROPPED:
            continue
        marks = marks + 1 if category in {"Mn", "Me"} else 0
        if marks > _MARKS_IN_A_ROW:
            continue
        kept.append(" " if category in _SPACES or category == "Cc" else character)
    line = " ".join("".join(kept).split())
    return line if len(line) <= longest else line[: longest - 1].rstrip() + "…"


def symbol_markup(text: str) -> str:
    """What a token calls itself, as HTML: short, and never a link."""
    name = clean(text, SYMBOL_LENGTH).translate(_DEFUSED)
    return _("unnamed token") if name in _NO_NAME else escape(name, quote=False)


def label_markup(text: str) -> str:
    """A label, as HTML: never a link; empty when nothing visible is left."""
    return escape(clean(text, LABEL_LENGTH).translate(_DEFUSED), quote=False)
