"""Strangers: tokens that moved at watched addresses, and of which a name or a price is not known.

They are found before movements are made, so that these are made once, with all that can be known.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from heapq import nsmallest
from typing import TYPE_CHECKING

from data.imitation import imitates
from data.model import MOST_LEGS
from data.model.block import ZERO_ADDRESS
from watcher.concern import NOTHING_MORE, SLICE
from watcher.enrich import moved_tokens
from watcher.enrich.flows import flows_of
from watcher.slices import Turns

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from data.model import Chain, Transfer
    from data.queries.tokens import TokenRow
    from watcher.concern import FoundOut
    from watcher.weigh import WeighedBlock


@dataclass(frozen=True, slots=True)
class Strangers:
    """Those without a name, and by their block's hash those without a price. Both are worth finding
    out; of so many that no movement keeps them all, the first."""

    unnamed: set[bytes] = field(default_factory=set)
    unpriced: dict[bytes, set[bytes]] = field(default_factory=dict)


async def strangers(
    chain: Chain,
    blocks: Sequence[WeighedBlock],
    names: Mapping[bytes, TokenRow],
    watched: AbstractSet[bytes],
    found_out: FoundOut = NOTHING_MORE,
) -> Strangers:
    """What is not known of what moved at the watched addresses; other chains get their turn. Nobody
    needs to know what a token is worth that passes itself off as another."""
    found = Strangers()
    turns = Turns(SLICE)
    for block in blocks if watched else ():
        priced = block.prices.keys() | found_out.get(block.ref.hash, {}).keys()
        places = sorted(block.glance.touching(watched))
        for transaction in filter(None, map(block.transaction, places)):
            theirs = [
                one
                for one in transaction.transfers
                if one.sender in watched or one.recipient in watched
            ]
            unnamed = {one for one in _met(theirs) if one not in names}
            # of more no movement tells: what is kept of them is asked for when it is known
            if len(unnamed) <= MOST_LEGS:
                found.unnamed.update(unnamed)
            for changed in _changed(theirs, watched):
                # a price is of no use without the decimals
                unpriced = {
                    one
                    for one in changed
                    if (row := names.get(one)) is None
                    or (
                        one not in priced
                        and row.decimals is not None
                        and not imitates(chain, one, row.symbol or "", row.name)
                    )
                }
                if unpriced:
                    some = nsmallest(MOST_LEGS, unpriced)
                    found.unpriced.setdefault(block.ref.hash, set()).update(some)
        await turns.worked(len(places))
    return found


async def heavy_tokens(blocks: Iterable[WeighedBlock], least: int) -> set[bytes]:
    """All tokens that moved in transactions of so much weight; other chains get their turn."""
    tokens: set[bytes] = set()
    turns = Turns(SLICE)
    for block in blocks:
        for place in block.from_weight(least):
            found = block.transaction(place)
            moved = moved_tokens([found]) if found is not None else set()
            # of more no movement tells: what is kept of them is asked for when it is known
            if len(moved) <= MOST_LEGS:
                tokens |= moved
            await turns.worked(1)
    return tokens


def _met(transfers: Iterable[Transfer]) -> set[bytes]:
    """All tokens of which something moved, be it nothing."""
    return {one.token for one in transfers if one.token is not None}


def _changed(transfers: Iterable[Transfer], watched: AbstractSet[bytes]) -> Iterator[set[bytes]]:
    """For each watched address the tokens without numbers of which it has more now, or less."""
    flows = flows_of(transfers)
    for address in flows.keys() & watched - {ZERO_ADDRESS}:
        yield {
            token
            for (token, token_id, _), net in flows[address].net.items()
            if net and token is not None and token_id is None
        }
