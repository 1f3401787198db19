"""Buttons of what is kept about a chat."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from aiogram.filters.callback_data import CallbackData
from pydantic import Field

from bot.buttons.values import Id


class PrivacyAct(StrEnum):
    """What to do about it."""

    EXPORT = "export"
    ASK = "ask"
    FORGET = "forget"
    KEEP = "keep"


class PrivacyButton(CallbackData, prefix="pv"):
    """``asked_at`` is when the question was asked, in seconds since 1970, and ``chat`` about which:
    meanwhile another one may be set up from the same private chat."""

    act: PrivacyAct
    asked_at: Id = 0
    chat: Annotated[int, Field(gt=-(2**63), lt=2**63)] = 0
