"""Keyboards of what holds for a whole chat."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from aiogram.types import InlineKeyboardMarkup

from bot.buttons.chat import (
    UNTIL_UNMUTED,
    ChatMuteButton,
    ChatThresholdButton,
    LanguageButton,
    TimingButton,
)
from bot.buttons.watch import MUTE_PRESETS, USD_PRESETS
from bot.keyboards.rows import button, rows_of
from bot.keyboards.switches import noise_switch
from bot.languages import NAMES, _
from bot.numbers import short_usd
from bot.texts import buttons as captions
from data.model import NoiseRule, Timing

if TYPE_CHECKING:
    from collections.abc import Collection

    from data.model import Language


def chat_thresholds() -> InlineKeyboardMarkup:
    """Defaults to choose from."""
    return rows_of(
        [button(short_usd(Decimal(usd)), ChatThresholdButton(usd=usd)) for usd in USD_PRESETS]
    )


def chat_mutes(*, muted: bool) -> InlineKeyboardMarkup:
    """For how long is the whole chat muted?"""
    if muted:
        return rows_of([button(_(captions.UNMUTE), ChatMuteButton(minutes=0))])
    return rows_of(
        [
            button(captions.mute_for(minutes), ChatMuteButton(minutes=minutes))
            for minutes in MUTE_PRESETS
        ],
        [button(_(captions.MUTE_FOREVER), ChatMuteButton(minutes=UNTIL_UNMUTED))],
    )


def timings(current: Timing) -> InlineKeyboardMarkup:
    """Instant or safe; the one that holds is ticked."""
    names = {Timing.INSTANT: _(captions.INSTANT), Timing.SAFE: _(captions.SAFE)}
    return rows_of(
        [
            button(name + " ✓" * (timing is current), TimingButton(timing=timing))
            for timing, name in names.items()
        ]
    )


def languages(chosen: Language | None) -> InlineKeyboardMarkup:
    """Each language by its own name, and Telegram's; the one that holds is ticked."""
    buttons = [
        button(name + " ✓" * (language is chosen), LanguageButton(language=language))
        for language, name in NAMES.items()
    ]
    telegram = _(captions.AS_TELEGRAM) + " ✓" * (chosen is None)
    return rows_of(buttons[:2], buttons[2:], [button(telegram, LanguageButton(language=None))])


def noises(let_in: Collection[NoiseRule]) -> InlineKeyboardMarkup:
    """A switch for each rule against noise."""
    return rows_of(*[[noise_switch(rule, noise=rule not in let_in)] for rule in NoiseRule])
