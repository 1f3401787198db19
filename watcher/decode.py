"""Decode: block → transactions with their transfers. Pure; each family reads its own blocks."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from data.model import Transaction
    from watcher.family import Block


def decode(block: Block) -> Iterator[Transaction]:
    """Every successful transaction of the block in which something moved, in order."""
    return (found for found in block.transactions() if found.transfers)


def decode_at(block: Block, index: int) -> Transaction | None:
    """The transaction at a place of the block; None if it failed or nothing moved in it."""
    found = block.transaction(index)
    return found if found is not None and found.transfers else None
