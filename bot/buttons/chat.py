"""Buttons of what holds for a whole chat."""

from __future__ import annotations

from aiogram.filters.callback_data import CallbackData

from bot.buttons.values import Small
from data.model import Language, NoiseRule, Timing

UNTIL_UNMUTED = 10**9
"""Minutes that stand for no end."""


class ChatMuteButton(CallbackData, prefix="q"):
    """Mute the whole chat; 0 minutes unmute it, and ``UNTIL_UNMUTED`` are for ever."""

    minutes: Small


class ChatThresholdButton(CallbackData, prefix="t"):
    """Change the chat's default threshold."""

    usd: Small


class TimingButton(CallbackData, prefix="s"):
    """Alert at the newest block, or once it is safe."""

    timing: Timing


class NoiseButton(CallbackData, prefix="r"):
    """Let in what a rule takes for noise, or keep it out."""

    rule: NoiseRule
    let_in: bool


class LanguageButton(CallbackData, prefix="g"):
    """Write in that language; None is Telegram's."""

    language: Language | None
