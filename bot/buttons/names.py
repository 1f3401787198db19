"""Buttons of the names that a chat gives addresses."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from aiogram.filters.callback_data import CallbackData
from pydantic import Field


class NameAct(StrEnum):
    """What a button does to the names that a chat gave an address."""

    OPEN = "open"
    FORGET = "rm"


class NameButton(CallbackData, prefix="n"):
    """Something done to the names of an address: 40 hex digits."""

    address: Annotated[str, Field(pattern=r"^[0-9a-f]{40}$")]
    act: NameAct


class NamesPageButton(CallbackData, prefix="p"):
    """A page of the names, from 0."""

    page: Annotated[int, Field(ge=0, le=10**6)]
