"""A look at the heads of all nodes: who lags behind the others is ejected, or comes back.

A head is somebody's word. Before others are judged by it, who told it has to show a block about as
high, so that a head that was made up ejects nobody.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence

import msgspec

from data.together import together
from watcher.rpc import wire
from watcher.rpc.asking import Asking
from watcher.rpc.attempt import Entry
from watcher.rpc.errors import BlockUnavailable, RpcError, UntrueAnswer
from watcher.rpc.lag import laggards, tolerated
from watcher.rpc.node import Node
from watcher.rpc.options import PoolOptions
from watcher.rpc.pace import kind_of
from watcher.rpc.purpose import Purpose


class _Numbered(msgspec.Struct):
    number: str


class Survey:
    """Of one chain's nodes."""

    def __init__(self, nodes: Sequence[Node], options: PoolOptions) -> None:
        self._nodes = nodes
        self._tolerance = tolerated(options.lag_tolerance, options.block_time)
        self._shown: dict[str, int] = {}
        """the highest block that a node had to show"""

    async def take(self, within: float | None) -> None:
        """Ask all nodes that may be asked at once, each for so many seconds, and judge who lags."""
        asked = dict.fromkeys(self._nodes, _head)
        heads = await _told(asked, "eth_blockNumber", Purpose.HEAD, within)
        behind = {node.name for node in self._nodes if node.lagging}
        late = laggards(heads, behind, self._tolerance)
        if late:
            heads = await self._borne_out(heads, within)
            late = laggards(heads, behind, self._tolerance)
        for node in self._nodes:
            if node.name in heads:
                node.judge_lag(late.get(node.name))

    async def _borne_out(self, heads: Mapping[str, int], within: float | None) -> dict[str, int]:
        """The heads by which others may be judged, and those that can only be judged themselves."""
        # a little below, because machines behind one name are never quite as far
        below = self._tolerance // 2
        lowest = min(heads.values())
        in_question = {
            node: heads[node.name] - below
            for node in self._nodes
            if node.name in heads
            and heads[node.name] - lowest > below
            and heads[node.name] - self._shown.get(node.name, -1) > self._tolerance
        }
        asked = {node: _block(number) for node, number in in_question.items()}
        self._shown |= await _told(asked, "eth_getBlockByNumber", Purpose.CHECK, within)
        failed = {node.name for node, number in in_question.items() if not self._has(node, number)}
        return {name: head for name, head in heads.items() if name not in failed}

    def _has(self, node: Node, number: int) -> bool:
        return self._shown.get(node.name, -1) >= number


async def _told(
    asked: Mapping[Node, Callable[[Asking], Awaitable[int]]],
    title: str,
    purpose: Purpose,
    within: float | None,
) -> dict[str, int]:
    """What they answered, by public name; those that fail are left out."""
    told: dict[str, int] = {}

    async def one(node: Node, talk: Callable[[Asking], Awaitable[int]]) -> None:
        attempt = node.attempt(kind_of(title, 1), 1, purpose, Entry.SURVEY, within)
        try:
            told[node.name] = await node.exchange(talk, attempt)
        except RpcError:
            return  # the node's gate has judged it, and the snapshot shows it

    await together(*(one(node, talk) for node, talk in asked.items()))
    return told


async def _head(asking: Asking) -> int:
    return int(await asking.call("eth_blockNumber", type=str), 16)


def _block(number: int) -> Callable[[Asking], Awaitable[int]]:
    """Asks for the block at a height; the height, if it is there."""

    async def talk(asking: Asking) -> int:
        params = [hex(number), False]
        found = await asking.call("eth_getBlockByNumber", params, type=_Numbered | None)
        if found is None:
            raise BlockUnavailable(f"it tells of later blocks, and does not have block {number}")
        if wire.small_number(found.number) != number:
            raise UntrueAnswer(f"block {number} was asked for, and another came")
        return number

    return talk
