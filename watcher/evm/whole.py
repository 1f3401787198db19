"""From a block's body to the whole block, checked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from watcher.evm.block import EvmBlock, ref_of
from watcher.evm.checks.slices import others_turn
from watcher.evm.contents import contents_of
from watcher.evm.transfers import customs_of
from watcher.evm.wire import quantity
from watcher.rpc.errors import Contradicted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from data.model import Chain
    from watcher.evm.abilities import Abilities
    from watcher.evm.checks.header import HeaderChecks
    from watcher.evm.contents import Contents
    from watcher.evm.doubts import Doubts
    from watcher.evm.wire import RpcBlock
    from watcher.rpc.asking import Asking


class Whole:
    """Asks a node for what is in its blocks, and holds it against their headers."""

    def __init__(self, chain: Chain, abilities: Abilities, header: HeaderChecks) -> None:
        self._chain = chain
        self._abilities = abilities
        self._header = header

    async def of(self, asking: Asking, body: RpcBlock, doubts: Doubts) -> EvmBlock:
        """The whole of one checked block; with a doubt where an independent node shares it.

        Raises errors of the tree, among them Contradicted.
        """
        (contents,) = await contents_of(asking, [body], self._abilities)
        block = self._block(body, contents)
        problem = await self._problem(body, contents)
        return block if problem is None else await doubts.weigh(asking.name, block, problem)

    async def of_all(self, asking: Asking, bodies: Sequence[RpcBlock]) -> list[EvmBlock]:
        """The whole of checked blocks up to the first that contradicts its header.

        Raises as ``of``."""
        found: list[EvmBlock] = []
        contents = await contents_of(asking, bodies, self._abilities)
        for body, inside in zip(bodies, contents, strict=True):
            await others_turn()
            problem = await self._problem(body, inside)
            if problem is not None:
                if not found:
                    raise Contradicted(problem)
                break
            found.append(self._block(body, inside))
        return found

    def _block(self, body: RpcBlock, contents: Contents) -> EvmBlock:
        return EvmBlock(
            ref_of(self._chain.name, body),
            customs_of(self._chain, quantity(body.number)),
            body,
            contents.receipts,
            missing=contents.missing,
        )

    async def _problem(self, body: RpcBlock, contents: Contents) -> str | None:
        if contents.filtered:
            return self._header.outside(body, contents.texts)
        receipts = None if contents.made else contents.receipts
        return await self._header.contradiction(body, contents.texts, receipts)
