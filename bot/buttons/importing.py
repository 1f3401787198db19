"""Buttons under what an import would change."""

from __future__ import annotations

from typing import Annotated

from aiogram.filters.callback_data import CallbackData
from pydantic import Field


class ImportButton(CallbackData, prefix="im"):
    """Import the file of that word, or leave it."""

    word: Annotated[str, Field(pattern=r"^[0-9a-f]{8}$")]
    go: bool
