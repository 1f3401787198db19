"""The matches of a batch, judged with what their addresses have dealt with.

A look-alike can only be told from a stranger by those that it imitates: addresses that the chat
watches, and those with which the watched address has dealt. Both are asked for in the transaction
that writes the alerts, and only for the few movements for which it matters.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from data.model import NoiseRule
from data.queries import chats, dealings
from watcher.noise.rules import goes, is_sent_by_hand, is_worthless, rules_against

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sqlalchemy.ext.asyncio import AsyncConnection

    from data.model import Chain, Movement, Watch
    from data.queries.dealings import Known, Meeting
    from data.queries.tokens import TokenRow

Hit = tuple["Movement", "Watch"]
"""A movement, and a watch that it concerns."""

_CLEAN: frozenset[NoiseRule] = frozenset()
_SUSPECT = frozenset({NoiseRule.LOOKALIKE})


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
    worthless: Sequence[Hit],
    names: Mapping[bytes, TokenRow],
) -> list[Judged]:
    """The matches of each chat and transaction, and of the movements that are worth next to nothing
    and match no threshold those that are from look-alikes, for the chats that let these in."""
    matched = list(matched)
    wanting = await chats.letting_in(
        connection, {watch.chat_id for _, watch in worthless}, NoiseRule.LOOKALIKE
    )
    asked = [hit for hit in worthless if hit[1].chat_id in wanting]
    doubtful = [hit for hits in matched for hit in hits if _may_be_poison(chain, *hit, names)]
    known = await dealings.known_like(
        connection, chain.name, {_meeting(*hit) for hit in [*asked, *doubtful]}
    )
    found = [_judged(chain, hits, known, names) for hits in matched]
    slots: dict[tuple[bytes, int, int], list[Hit]] = {}
    for movement, watch in asked:
        if _meeting(movement, watch) in known:
            slot = movement.tx_hash, watch.chat_id, watch.topic_id
            slots.setdefault(slot, []).append((movement, watch))
    return found + [Judged(tuple(hits), _SUSPECT) for hits in slots.values()]


def concerned(movements: Iterable[Movement], watches: Mapping[bytes, Sequence[Watch]]) -> list[Hit]:
    """The movements with the watches that would hear of them if they came from a look-alike."""
    return [
        (movement, watch)
        for movement in movements
        if movement.counterparty is not None and not movement.signed
        for watch in watches.get(movement.address, ())
        if watch.chain in {None, movement.block.chain} and goes(movement, watch.direction)
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


def _may_be_poison(
    chain: Chain, movement: Movement, watch: Watch, names: Mapping[bytes, TokenRow]
) -> bool:
    if watch.is_feed or movement.counterparty is None:
        return False
    return is_sent_by_hand(movement) or is_worthless(chain, movement, names)


def _meeting(movement: Movement, watch: Watch) -> Meeting:
    return watch.chat_id, movement.address, movement.counterparty or movement.address
