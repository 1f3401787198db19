"""Single transactions, asked of a chain's nodes: pending, in a block, or not known.

What one node knows of mempools, others need not: a transaction that it does not know is asked of
all. How often a sender's nonce was used is asked of the same node in the same exchange, and the
receipt once more behind it, so that a block that comes in between looks like no replacement.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from watcher.evm.found import RpcFound, RpcOutcome, fixed_in, inclusion_in, number_in, wish_in
from watcher.evm.rivals import rival_of
from watcher.evm.several import several
from watcher.pursuits.sighting import Sighting, Wanted
from watcher.rpc.errors import RpcError, UntrueAnswer
from watcher.rpc.purpose import Purpose
from watcher.rpc.wire import Call

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from data.model import Inclusion
    from watcher.evm.abilities import Abilities
    from watcher.rpc.asking import Asking
    from watcher.rpc.pool import Pool

WITHIN = 10.0
"""Seconds for one look: the next is soon."""
_RIVALS_AT_ONCE = 5
"""Each takes some ten calls; the others have their turn in the next look."""


class EvmTransactions:
    """Looks for transactions on one EVM chain."""

    def __init__(self, pool: Pool, abilities: Abilities) -> None:
        self._pool = pool
        self._abilities = abilities

    async def look(self, wanted: Sequence[Wanted]) -> Mapping[bytes, Sighting]:
        """What the nodes say of each; raises RpcError when none of them answers."""

        async def talk(asking: Asking) -> dict[bytes, Sighting]:
            return await self._look(asking, wanted)

        answer = await self._pool.ask(
            "transactions",
            talk,
            size=len(wanted),
            rounds=1,
            within=WITHIN,
            purpose=Purpose.PURSUIT,
        )
        seen = dict(answer.value)
        missing = [
            one
            for one in wanted
            if (said := seen.get(one.tx_hash)) and said.wish is None and said.inclusion is None
        ]
        if missing and len(self._pool.nodes) > 1:
            seen |= await self._of_others(answer.node, missing, seen)
        return await self._with_rivals(wanted, seen)

    async def _look(self, asking: Asking, wanted: Collection[Wanted]) -> dict[bytes, Sighting]:
        """What one node says. Raises errors of the tree."""
        found = await self._found(asking, [one.tx_hash for one in wanted])
        wishes = {tx_hash: wish_in(one) for tx_hash, one in found.items()}
        mined = [tx_hash for tx_hash, one in found.items() if one.block_hash is not None]
        # a node may have given up a transaction and keep its receipt
        known = [one.tx_hash for one in wanted if one.wish and one.tx_hash not in found]
        inclusions = await self._inclusions(asking, [*mined, *known])
        # in a block, but without a receipt yet: nothing to be told
        unclear = set(mined) - inclusions.keys()
        pending = {
            one.tx_hash: wish
            for one in wanted
            if (wish := wishes.get(one.tx_hash) or one.wish)
            and one.tx_hash not in inclusions
            and one.tx_hash not in unclear
        }
        nonces = await self._next_nonces(asking, {wish.sender for wish in pending.values()})
        used = [
            tx_hash for tx_hash, wish in pending.items() if nonces.get(wish.sender, 0) > wish.nonce
        ]
        inclusions |= await self._inclusions(asking, used)
        return {
            one.tx_hash: Sighting(
                wishes.get(one.tx_hash),
                inclusions.get(one.tx_hash),
                nonces.get(pending[one.tx_hash].sender) if one.tx_hash in pending else None,
            )
            for one in wanted
            if one.tx_hash not in unclear
        }

    async def _of_others(
        self, asked: str, missing: Sequence[Wanted], seen: Mapping[bytes, Sighting]
    ) -> dict[bytes, Sighting]:
        """What any node knows of transactions that one of them, who was asked, does not know."""

        async def talk(asking: Asking) -> dict[bytes, Sighting]:
            return {} if asking.name == asked else await self._look(asking, missing)

        told = await self._pool.each(talk, within=WITHIN, purpose=Purpose.PURSUIT)
        best = {one.tx_hash: seen[one.tx_hash] for one in missing}
        for answers in told.values():
            for tx_hash, sighting in answers.items():
                best[tx_hash] = max(best[tx_hash], sighting, key=_worth)
        return best

    async def _with_rivals(
        self, wanted: Sequence[Wanted], seen: dict[bytes, Sighting]
    ) -> dict[bytes, Sighting]:
        """Who was mined in the place of those whose nonce is used, where that can be found."""
        tried = 0
        for one in wanted:
            sighting = seen.get(one.tx_hash)
            if sighting is None or not one.rival_wanted or tried == _RIVALS_AT_ONCE:
                continue
            wish, nonce = sighting.wish or one.wish, sighting.next_nonce
            if sighting.inclusion is not None or wish is None or nonce is None:
                continue
            if nonce <= wish.nonce:
                continue
            tried += 1
            try:
                rival = await rival_of(self._pool, wish, WITHIN)
            except RpcError:
                continue
            if rival is not None and rival.tx_hash != one.tx_hash:
                seen[one.tx_hash] = Sighting(sighting.wish, None, nonce, rival)
        return seen

    async def _found(self, asking: Asking, hashes: Sequence[bytes]) -> dict[bytes, RpcFound]:
        calls = [_by_hash("eth_getTransactionByHash", one, RpcFound | None) for one in hashes]
        told = await several(asking, calls, self._abilities)
        found = {}
        for tx_hash, one in zip(hashes, told, strict=True):
            if one is None:
                continue
            if fixed_in(one.hash, 32) != tx_hash:
                raise UntrueAnswer("another transaction was answered than was asked for")
            found[tx_hash] = one
        return found

    async def _inclusions(self, asking: Asking, hashes: Sequence[bytes]) -> dict[bytes, Inclusion]:
        calls = [_by_hash("eth_getTransactionReceipt", one, RpcOutcome | None) for one in hashes]
        told = await several(asking, calls, self._abilities) if calls else []
        found = {}
        for tx_hash, one in zip(hashes, told, strict=True):
            if one is None:
                continue
            if fixed_in(one.transaction_hash, 32) != tx_hash:
                raise UntrueAnswer("the receipt of another transaction was answered")
            found[tx_hash] = inclusion_in(one)
        return found

    async def _next_nonces(self, asking: Asking, senders: Collection[bytes]) -> dict[bytes, int]:
        ordered = sorted(senders)
        calls = [
            Call("eth_getTransactionCount", ["0x" + sender.hex(), "latest"], str)
            for sender in ordered
        ]
        told = await several(asking, calls, self._abilities) if calls else []
        return {sender: number_in(one) for sender, one in zip(ordered, told, strict=True)}


def _worth(sighting: Sighting) -> tuple[bool, bool, int]:
    """In a block tells more than pending, and that more than nothing; a higher nonce is newer."""
    nonce = -1 if sighting.next_nonce is None else sighting.next_nonce
    return sighting.inclusion is not None, sighting.wish is not None, nonce


def _by_hash(method: str, tx_hash: bytes, kind: Any) -> Call:
    return Call(method, ["0x" + tx_hash.hex()], kind)
