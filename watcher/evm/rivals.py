"""Who was mined in another's place: the transaction that used the nonce."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from watcher.evm.found import RpcFound, fixed_in, number_in, wish_in
from watcher.pursuits.sighting import Rival
from watcher.rpc.purpose import Purpose
from watcher.rpc.wire import Call

if TYPE_CHECKING:
    from data.model import Wish
    from watcher.rpc.asking import Asking
    from watcher.rpc.pool import Pool

_BACK = (1, 6, 24, 90)
"""How far below a block at which a nonce is used to look for one at which it is not, in turn: all
together fewer than the 128 whose state every node knows."""


class _RpcBlockOfAll(msgspec.Struct):
    number: str
    transactions: list[RpcFound]


async def rival_of(pool: Pool, wish: Wish, within: float) -> Rival | None:
    """The mined transaction of the same sender and nonce, by halving the last blocks; None where
    it lies further back. Raises RpcError when no node answers within so many seconds."""

    async def talk(asking: Asking) -> Rival | None:
        high = number_in(await asking.one(Call("eth_blockNumber", [], str)))
        for back in _BACK:
            low = max(0, high - back)
            if not await _used_at(asking, wish, low):
                break
            high = low
        else:
            return None
        while high - low > 1:
            middle = (low + high) // 2
            if await _used_at(asking, wish, middle):
                high = middle
            else:
                low = middle
        call = Call("eth_getBlockByNumber", [hex(high), True], _RpcBlockOfAll | None)
        block = await asking.one(call)
        for one in block.transactions if block is not None else ():
            other = wish_in(one)
            if (other.sender, other.nonce) == (wish.sender, wish.nonce):
                return Rival(fixed_in(one.hash, 32), high, other)
        return None

    answer = await pool.ask("a replacement", talk, rounds=1, within=within, purpose=Purpose.PURSUIT)
    return answer.value


async def _used_at(asking: Asking, wish: Wish, number: int) -> bool:
    address = "0x" + wish.sender.hex()
    count = await asking.one(Call("eth_getTransactionCount", [address, hex(number)], str))
    return number_in(count) > wish.nonce
