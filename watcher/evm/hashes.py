"""Which block each node has at a height: hashes only, asked of all nodes at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from watcher.evm.wire import BadField, fixed
from watcher.rpc.errors import GarbledAnswer, UntrueAnswer

if TYPE_CHECKING:
    from watcher.rpc.asking import Asking
    from watcher.rpc.pool import Pool

_WITHIN = 3.0
"""Seconds; who hangs is left out."""


class _Hashed(msgspec.Struct):
    number: str
    hash: str


async def hashes_at(pool: Pool, number: int) -> dict[str, bytes | None]:
    """By each node's public name the hash of its block, None where it has none yet."""

    async def told(asking: Asking) -> bytes | None:
        params = [hex(number), False]
        found = await asking.call("eth_getBlockByNumber", params, type=_Hashed | None)
        if found is None:
            return None
        if found.number != hex(number):
            raise UntrueAnswer(f"block {number} was asked for, and another came")
        try:
            return fixed(found.hash, 32)
        except BadField as error:
            raise GarbledAnswer(f"a block's hash is malformed: {error}") from None

    return await pool.each(told, within=_WITHIN)
