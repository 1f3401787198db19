"""Alerts at once, or of safe blocks only."""

from __future__ import annotations

from datetime import timedelta
from html import escape
from typing import TYPE_CHECKING

from bot.languages import N_, _
from bot.texts.words import duration_words, listed
from data.model import Timing

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from data.model import Chain, Chat

_TIMINGS = {Timing.INSTANT: N_("instant"), Timing.SAFE: N_("safe")}
_FEW = 3


def overview(chat: Chat, chains: Sequence[Chain], until_safe: Mapping[str, int]) -> str:
    """Which it is, above both to choose from."""
    return _(
        "Alerts here are <b>{timing}</b>.\n\n"
        "⚡ <b>Instant</b>: you hear of the newest block; if the chain takes it back, I correct the"
        " message.\n"
        "🛡 <b>Safe</b>: you hear of a block once it is unlikely to be taken back,"
        " {wait} later. You never hear of what is taken back before that."
    ).format(timing=_(_TIMINGS[chat.timing]), wait=_waits(chains, until_safe))


def changed(chat: Chat, chains: Sequence[Chain], until_safe: Mapping[str, int]) -> str:
    """After a change; ``chat`` as it is now."""
    if chat.timing is Timing.INSTANT:
        return _(
            "⚡ Alerts here are <b>instant</b> now. If the chain takes a block back, I correct the"
            " message."
        )
    return _(
        "🛡 Alerts here wait until their block is <b>safe</b> now, {wait}. /timing instant ends the"
        " waiting."
    ).format(wait=_waits(chains, until_safe))


def _waits(chains: Sequence[Chain], until_safe: Mapping[str, int]) -> str:
    """``about 13 min on Ethereum and 1 s on BNB Smart Chain``."""
    alike: dict[str, list[str]] = {}
    for chain in chains:
        words = _rounded(until_safe[chain.name] * chain.block_time)
        alike.setdefault(words, []).append(chain.title)
    parts = [
        _("{duration} on {chains}").format(duration=words, chains=listed(titles))
        for words, titles in alike.items()
    ]
    waits = listed(parts) if len(alike) < _FEW else "; ".join(parts)
    return escape(_("about {durations}").format(durations=waits))


def _rounded(seconds: float) -> str:
    unit = 1 if seconds < 60 else 60
    return duration_words(timedelta(seconds=max(1, round(seconds / unit) * unit)))
