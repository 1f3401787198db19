"""The matches of a batch, judged with what their addresses have dealt with.

A look-alike can only be told from a stranger by those that it imitates: addresses that the chat
watches, and those with which the watched address has dealt. Both are asked for in the transaction
that writes the alerts, and only for the few movements for which it matters.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from data.model import NoiseRule
from data.noise import goes, is_sent_by_hand, is_worthless, rules_against
from data.queries import chats, dealings

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncConnection

    from data.model import Chain, Movement, Watch
    from data.queries.dealings import Known, Meeting
    from data.queries.tokens import TokenRow

Hit = tuple["Movement", "Watch"]
"""A movement, and a watch that it concerns."""
Slot = tuple[bytes, int, int]
"""A transaction, and the chat and topic that may be told of it once."""

_CLEAN: frozenset[NoiseRule] = frozenset()
_SUSPECT = frozenset({NoiseRule.LOOKALIKE})


@dataclass(frozen=True, slots=True)
class Worthless:
    """A movement of next to nothing, by somebody else's hand, in a block that came up then."""

    movement: Movement
    born: datetime


@dataclass(frozen=True, slots=True)
class Judged:
    """What one chat is to be told about one transaction, the most telling match first.

    ``noise`` are the rules that take all of it for noise. ``is_warning``: it is told whatever the
    chat lets in, because an address that it watches sent something to a look-alike.
    """

    hits: tuple[Hit, ...]
    noise: frozenset[NoiseRule]
    is_warning: bool = False


async def judged(
    connection: AsyncConnection,
    chain: Chain,
    matched: Iterable[Sequence[Hit]],
    worthless: Sequence[Worthless],
    watches: Sequence[Watch],
    names: Mapping[bytes, TokenRow],
) -> list[Judged]:
    """The matches of each chat and transaction, and of the movements that are worth next to nothing
    and match no threshold those that are from look-alikes, for the chats that let these in.

    ``watches`` are those on the addresses of the movements.
    """
    matched = list(matched)
    asked = await _asked(connection, worthless, watches)
    told = {_slot(*hit) for hits in matched for hit in hits}
    asked = [hit for hit in asked if _slot(*hit) not in told]
    doubtful = [hit for hits in matched for hit in hits if _is_doubtful(chain, *hit, names)]
    known = await dealings.known_like(
        connection, chain.name, {_meeting(*hit) for hit in [*asked, *doubtful]}
    )
    found = [_judged(chain, hits, known, names) for hits in matched]
    slots: dict[Slot, list[Hit]] = {}
    for hit in asked:
        if _meeting(*hit) in known:
            slots.setdefault(_slot(*hit), []).append(hit)
    return found + [Judged(tuple(hits), _SUSPECT) for hits in slots.values()]


async def _asked(
    connection: AsyncConnection, worthless: Sequence[Worthless], watches: Sequence[Watch]
) -> list[Hit]:
    """What is worth next to nothing, with the watches of chats that want to hear of it if it came
    from a look-alike; hardly any chat does."""
    addresses = {one.movement.address for one in worthless}
    concerned = [watch for watch in watches if watch.address in addresses]
    wanting = await chats.letting_in(
        connection, {watch.chat_id for watch in concerned}, NoiseRule.LOOKALIKE
    )
    by_address: defaultdict[bytes | None, list[Watch]] = defaultdict(list)
    for watch in concerned:
        if watch.chat_id in wanting:
            by_address[watch.address].append(watch)
    return [
        (one.movement, watch)
        for one in worthless
        for watch in by_address.get(one.movement.address, ())
        if watch.created_at <= one.born
        and watch.chain in {None, one.movement.block.chain}
        and goes(one.movement, watch.direction)
    ]


def _judged(
    chain: Chain, hits: Sequence[Hit], known: Known, names: Mapping[bytes, TokenRow]
) -> Judged:
    noise = {
        position: rules_against(
            chain,
            movement,
            names,
            for_feed=watch.is_feed,
            looks_like=known.get(_meeting(movement, watch)),
        )
        for position, (movement, watch) in enumerate(hits)
    }
    order = sorted(noise, key=lambda position: bool(noise[position]))
    first, watch = hits[order[0]]
    rules = noise[order[0]]
    if not rules and is_sent_by_hand(first) and _meeting(first, watch) in known:
        return Judged(tuple(hits), _SUSPECT, is_warning=True)
    return Judged(tuple(hits[position] for position in order), rules)


def _is_doubtful(
    chain: Chain, movement: Movement, watch: Watch, names: Mapping[bytes, TokenRow]
) -> bool:
    if watch.is_feed or movement.counterparty is None:
        return False
    return is_sent_by_hand(movement) or is_worthless(chain, movement, names)


def _meeting(movement: Movement, watch: Watch) -> Meeting:
    return watch.chat_id, movement.address, movement.counterparty or movement.address


def _slot(movement: Movement, watch: Watch) -> Slot:
    return movement.tx_hash, watch.chat_id, watch.topic_id
