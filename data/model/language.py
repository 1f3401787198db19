"""The languages that people can read the bot in."""

from __future__ import annotations

from enum import StrEnum


class Language(StrEnum):
    """By its two letters, as Telegram has them too."""

    ENGLISH = "en"
    RUSSIAN = "ru"
    CHINESE = "zh"
    """simplified"""
    SPANISH = "es"


def language_of(tag: str | None) -> Language:
    """The language for an IETF tag like ``zh-hans`` or ``es-MX``; English for what is not there."""
    primary = (tag or "").replace("_", "-").partition("-")[0].casefold()
    return Language(primary) if primary in set(Language) else Language.ENGLISH
