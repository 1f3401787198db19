"""Buttons of the groups and channels that are set up from a private chat."""

from __future__ import annotations

from typing import Annotated

from aiogram.filters.callback_data import CallbackData
from pydantic import Field


class PlaceButton(CallbackData, prefix="ch"):
    """A group or channel to set up from a private chat."""

    chat: Annotated[int, Field(gt=-(2**63), lt=0)]


class DoneButton(CallbackData, prefix="dn"):
    """It is set up."""
