"""Buttons of links that share, and of what is behind one."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from aiogram.filters.callback_data import CallbackData
from pydantic import Field

from bot.buttons.values import Id


class ShareAct(StrEnum):
    """What a button does about a link."""

    MAKE = "make"
    LABELS = "lab"
    """make one that tells the labels, too"""
    END = "end"


class ShareButton(CallbackData, prefix="sh"):
    """A link to a watch (0: to the whole list), or the end of the stored one: 24 hex digits."""

    act: ShareAct
    watch: Id = 0
    share: Annotated[str, Field(pattern=r"^([0-9a-f]{24})?$")] = ""


class SharedButton(CallbackData, prefix="sw"):
    """Watch what is behind a link, which is this without its beginning."""

    sealed: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,58}$")]
