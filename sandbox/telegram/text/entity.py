"""A text and the marks on it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


def utf16_length(text: str) -> int:
    """Telegram counts in UTF-16 code units: 🐋 is two."""
    return len(text) + sum(1 for character in text if ord(character) > 0xFFFF)


@dataclass(frozen=True, slots=True)
class Entity:
    """One mark; `offset` and `length` in UTF-16 code units."""

    type: str
    offset: int
    length: int
    url: str | None = None
    language: str | None = None
    user_id: int | None = None
    custom_emoji_id: str | None = None

    @property
    def end(self) -> int:
        return self.offset + self.length

    def as_api(self) -> dict[str, Any]:
        """The Bot API's `MessageEntity`, but for the user of a `text_mention`."""
        entity: dict[str, Any] = {"type": self.type, "offset": self.offset, "length": self.length}
        for name in ("url", "language", "custom_emoji_id"):
            value = getattr(self, name)
            if value:
                entity[name] = value
        return entity


@dataclass(frozen=True, slots=True)
class FormattedText:
    """A text without its markup, and its entities sorted by place, outer before inner."""

    text: str
    entities: tuple[Entity, ...] = ()


def in_order(entities: list[Entity]) -> tuple[Entity, ...]:
    return tuple(sorted(entities, key=lambda e: (e.offset, -e.length)))
