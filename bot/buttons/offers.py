"""Buttons under what was pasted."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Annotated, Self

from aiogram.filters.callback_data import CallbackData
from pydantic import Field


class OfferOneButton(CallbackData, prefix="o1"):
    """Watch one of several addresses: 40 hex digits."""

    address: Annotated[str, Field(pattern=r"^[0-9a-f]{40}$")]


class OfferAllButton(CallbackData, prefix="oa"):
    """Watch all addresses that the message shows."""


class FollowButton(CallbackData, prefix="k"):
    """Follow a transaction: 32 bytes in base64, and on which chain where that is known."""

    transaction: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{43}$")]
    chain: Annotated[str, Field(max_length=16)] = ""

    @classmethod
    def of(cls, tx_hash: bytes, chain: str | None) -> Self:
        """For a transaction; a chain whose name is too long is looked for anew."""
        name = chain if chain and len(chain) <= 16 else ""
        return cls(transaction=urlsafe_b64encode(tx_hash).decode().rstrip("="), chain=name)

    @property
    def tx_hash(self) -> bytes:
        """Its 32 bytes."""
        return urlsafe_b64decode(self.transaction + "=")
