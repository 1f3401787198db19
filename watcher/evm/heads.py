"""The newest block that the nodes of a chain tell of."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from watcher.evm.wire import BadField, RpcHeader, quantity
from watcher.rpc.errors import BlockUnavailable, GarbledAnswer, RpcError, UntrueAnswer
from watcher.rpc.purpose import Purpose

if TYPE_CHECKING:
    from collections.abc import Callable

    from watcher.rpc.pool import Pool

_SURVEY_WITHIN = 3.0
_LEAD_SECONDS = 120.0
"""How far a node may be ahead of the others, in blocks of so much time, without a proof."""


async def highest_head(pool: Pool, block_time: float) -> int:
    """Ask every node; raises AllNodesFailed when none of them ever told its head.

    One that hangs is not waited for. One that is far ahead of all others has to show its block,
    so that a single liar blinds nobody.
    """
    nodes = await pool.survey(within=_SURVEY_WITHIN)
    heads = sorted((node.head for node in nodes if node.head is not None), reverse=True)
    for told, next_one in pairwise(heads):
        if told - next_one <= _LEAD_SECONDS / block_time or await _has(pool, told):
            return told
    return heads[-1] if heads else await preferred_head(pool)


async def preferred_head(pool: Pool, *, rounds: int | None = None) -> int:
    """Ask one node, the next only if it does not answer; raises AllNodesFailed."""
    answer = await pool.call(
        "eth_blockNumber", type=str, accept=_is_quantity, rounds=rounds, purpose=Purpose.HEAD
    )
    return quantity(answer.value)


async def _has(pool: Pool, number: int) -> bool:
    try:
        await pool.call(
            "eth_getBlockByNumber",
            [hex(number), False],
            type=RpcHeader | None,
            accept=_is_numbered(number),
            rounds=1,
            purpose=Purpose.HEAD,
        )
    except RpcError:
        return False
    return True


def _is_quantity(text: str) -> None:
    try:
        quantity(text)
    except BadField as error:
        raise GarbledAnswer(str(error)) from None


def _is_numbered(number: int) -> Callable[[RpcHeader | None], None]:
    def check(body: RpcHeader | None) -> None:
        if body is None:
            raise BlockUnavailable("it does not have the block")
        if body.number != hex(number):
            raise UntrueAnswer(f"block {number} was asked for, and another came")

    return check
