"""Decode: block → transactions with their transfers. Pure; each family reads its own blocks."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from data.model import Transaction
    from watcher.family import Block


def decode(block: Block) -> tuple[Transaction, ...]:
    """Every successful transaction of the block in which something moved, in order."""
    return tuple(found for found in block.transactions() if found.transfers)
