"""Alerts at once, or of safe blocks only."""

from __future__ import annotations

from datetime import timedelta
from html import escape
from typing import TYPE_CHECKING

from bot.texts.words import duration_words, listed
from data.model import Timing

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from data.model import Chain, Chat


def overview(chat: Chat, chains: Sequence[Chain], until_safe: Mapping[str, int]) -> str:
    """Which it is, above both to choose from."""
    return (
        f"Alerts here are <b>{chat.timing}</b>.\n\n"
        "⚡ <b>Instant</b>: you hear of the newest block; if the chain takes it back, I correct the"
        " message.\n"
        "🛡 <b>Safe</b>: you hear of a block once it is unlikely to be taken back,"
        f" {_waits(chains, until_safe)} later. You never hear of what is taken back before that."
    )


def changed(chat: Chat, chains: Sequence[Chain], until_safe: Mapping[str, int]) -> str:
    """After a change; ``chat`` as it is now."""
    if chat.timing is Timing.INSTANT:
        return (
            "⚡ Alerts here are <b>instant</b> now. If the chain takes a block back, I correct the"
            " message."
        )
    return (
        "🛡 Alerts here wait until their block is <b>safe</b> now,"
        f" {_waits(chains, until_safe)}. /timing instant ends the waiting."
    )


def _waits(chains: Sequence[Chain], until_safe: Mapping[str, int]) -> str:
    """``about 13 min on Ethereum and 1 s on BNB Smart Chain``."""
    alike: dict[str, list[str]] = {}
    for chain in chains:
        words = _rounded(until_safe[chain.name] * chain.block_time)
        alike.setdefault(words, []).append(chain.title)
    parts = [f"{words} on {listed(titles)}" for words, titles in alike.items()]
    return escape("about " + (listed(parts) if len(alike) < 3 else "; ".join(parts)))


def _rounded(seconds: float) -> str:
    unit = 1 if seconds < 60 else 60
    return duration_words(timedelta(seconds=max(1, round(seconds / unit) * unit)))
