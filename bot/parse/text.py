"""Text from people: what cannot be seen is taken out before anything is stored or shown back."""

from __future__ import annotations

import unicodedata

LABEL_LENGTH = 64
_SHOWN = 24


def cleaned(text: str) -> str:
    """Without control, bidi, zero-width and unassigned characters; runs of space become one."""
    visible = (
        " " if character.isspace() else character
        for character in text
        if character.isspace() or unicodedata.category(character)[0] != "C"
    )
    return " ".join("".join(visible).split())


def parse_label(text: str) -> str | None:
    """What a chat calls a watch: cleaned, at most 64 characters; None when nothing is left."""
    return cleaned(text)[:LABEL_LENGTH].rstrip() or None


def shown(text: str) -> str:
    """A person's own words, safe and short enough to stand in a sentence (not yet HTML)."""
    clean = cleaned(text[: 4 * _SHOWN])
    return clean if len(clean) <= _SHOWN else clean[: _SHOWN - 1] + "…"
