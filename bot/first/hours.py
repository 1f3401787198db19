"""When nobody wants to be woken, and where people may be."""

from __future__ import annotations

from data.model import Language

HOURS = {"23-7": (23 * 60, 7 * 60), "22-8": (22 * 60, 8 * 60)}
"""From and until which minute of the day."""
GUESSES = {
    Language.ENGLISH: "Europe/London",
    Language.RUSSIAN: "Europe/Moscow",
    Language.CHINESE: "Asia/Shanghai",
    Language.SPANISH: "America/Mexico_City",
}
"""Where many are that read a language, as a first guess; by the IANA's names."""
