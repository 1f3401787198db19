"""What the server strips from every text before it counts and shows it."""

from __future__ import annotations

from dataclasses import replace

from sandbox.telegram.text.entity import Entity, FormattedText, in_order, utf16_length

_INVISIBLE = {*range(0x200B, 0x2010), *range(0x2060, 0x2065), 0xFEFF, 0x00AD, 0x2800, 0x3164}
_TRIMMED = " \n"


def _cleaned(character: str) -> str:
    code = ord(character)
    if character == "\r" or 0x2028 <= code <= 0x202E:
        return ""
    return " " if code < 0x20 and character != "\n" else character


def says_nothing(text: str) -> bool:
    """Whether only spaces and invisible characters are there."""
    return all(c.isspace() or ord(c) in _INVISIBLE for c in text)


def clean(formatted: FormattedText) -> FormattedText:
    """Control characters become spaces, bidi overrides go, ends are trimmed; entities follow."""
    moved = [0]
    kept: list[str] = []
    offset = 0
    for character in formatted.text:
        cleaned = _cleaned(character)
        kept.append(cleaned)
        offset += utf16_length(cleaned)
        moved.extend([offset] * utf16_length(character))
    text = "".join(kept)
    lead = len(text) - len(text.lstrip(_TRIMMED))
    text = text.strip(_TRIMMED)
    end = utf16_length(text)
    entities: list[Entity] = []
    for entity in formatted.entities:
        start = min(max(moved[entity.offset] - lead, 0), end)
        stop = min(max(moved[min(entity.end, len(moved) - 1)] - lead, 0), end)
        if stop > start:
            entities.append(replace(entity, offset=start, length=stop - start))
    return FormattedText(text, in_order(entities))
