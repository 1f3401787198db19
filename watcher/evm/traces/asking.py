"""Asks for a block's traces, one more call for each, of whichever node can give them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from watcher.evm.abilities import Ability
from watcher.evm.traces.geth import OPTIONS, GethTrace, geth_inside
from watcher.evm.traces.parity import ParityTrace, parity_inside
from watcher.rpc.errors import (
    AllNodesFailed,
    GarbledAnswer,
    MethodUnsupported,
    OversizedAnswer,
    UnexplainedError,
    UntrueAnswer,
)
from watcher.rpc.wire import Call

if TYPE_CHECKING:
    from watcher.evm.abilities import Abilities
    from watcher.evm.block import EvmBlock
    from watcher.evm.transfers import Inside
    from watcher.rpc.asking import Asking
    from watcher.rpc.pool import Pool

WITHIN = 10.0
"""Seconds that a block waits for its traces at most."""

OnTraced = Callable[[str, str | None], None]
"""Told of a chain's block why it has no traces; None where it has."""


class Traces:
    """Those of one chain's blocks."""

    def __init__(self, pool: Pool, abilities: Abilities, on_block: OnTraced) -> None:
        self._pool = pool
        self._abilities = abilities
        self._on_block = on_block

    async def added_to(self, block: EvmBlock) -> EvmBlock:
        """The block with what moved inside its transactions, or as it is where nobody tells.

        Where logs tell of native value, nobody is asked.
        """
        if block.customs.native_logs or not block.body.transactions:
            return block

        async def talk(asking: Asking) -> dict[int, list[Inside]]:
            return await self._told(asking, block)

        try:
            answer = await self._pool.ask("traces", talk, rank=self._rank, rounds=1, within=WITHIN)
        except AllNodesFailed as failed:
            self._on_block(block.ref.chain, str(failed))
            return block
        self._on_block(block.ref.chain, None)
        return replace(block, inside=answer.value)

    def _rank(self, node: str) -> int:
        """Those that are known to trace come first, the flat answers before the trees."""
        for rank, ability in enumerate(_WAYS):
            if self._abilities.can(node, ability):
                return rank
        return len(_WAYS) + all(not self._abilities.may(node, ability) for ability in _WAYS)

    async def _told(self, asking: Asking, block: EvmBlock) -> dict[int, list[Inside]]:
        for ability, way in _WAYS.items():
            if not self._abilities.may(asking.name, ability):
                continue
            try:
                found = await way(asking, block)
            except MethodUnsupported:
                self._abilities.cannot(asking.name, ability)
            except UnexplainedError:
                self._abilities.refused(asking.name, ability)
            except (GarbledAnswer, OversizedAnswer, UntrueAnswer) as error:
                # calls that are nested too deep, or too many, are a contract's work, and what a
                # chain does by itself is traced by each node in its own way: its blocks are good
                self._abilities.refused(asking.name, ability)
                raise UnexplainedError(error.text) from None
            else:
                self._abilities.did(asking.name, ability)
                return found
        raise MethodUnsupported("it does not trace")


async def _by_parity(asking: Asking, block: EvmBlock) -> dict[int, list[Inside]]:
    call = Call("trace_block", [block.body.number], list[ParityTrace] | None)
    return parity_inside(block.body, await asking.one(call), _untraced(block))


async def _by_geth(asking: Asking, block: EvmBlock) -> dict[int, list[Inside]]:
    call = Call("debug_traceBlockByHash", [block.body.hash, OPTIONS], list[GethTrace] | None)
    return geth_inside(block.body, await asking.one(call), _untraced(block))


def _untraced(block: EvmBlock) -> frozenset[int]:
    """The places of transactions that the chain puts in by itself, which some nodes leave out."""
    types = block.customs.system_types
    return frozenset(
        index for index, one in enumerate(block.body.transactions) if one.type in types
    )


_WAYS = {Ability.PARITY_TRACES: _by_parity, Ability.GETH_TRACES: _by_geth}
