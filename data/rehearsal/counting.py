"""A watch held against what is stored: how many alerts from each of some thresholds on."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from data.lookalike import DUST_USD
from data.model import Direction, Mark, NoiseRule, UnitThreshold, Unpriced, UsdThreshold
from data.noise import goes, is_worthless, may_be_poison, rules_against
from data.queries import dealings, rehearsals, tokens
from data.queries.rehearsals import Found, Past
from data.shortfall import shortfall, side_units, side_usd

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime
    from decimal import Decimal

    from sqlalchemy.ext.asyncio import AsyncConnection

    from data.labels import Labels
    from data.model import Asset, Chain, Chat, Movement, Threshold, Watch
    from data.queries.tokens import TokenRow


@dataclass(frozen=True, slots=True)
class Trial:
    """So many alerts from that threshold on, ``or_more`` where not all could be looked at.
    ``largest`` in USD or in the threshold's units; None where there would have been none."""

    threshold: Threshold
    count: int
    largest: Decimal | None
    or_more: bool = False


@dataclass(frozen=True, slots=True)
class Counting:
    """A watch held against the movements of some chains since then, from ``floor`` in USD on."""

    connection: AsyncConnection
    chat: Chat
    watch: Watch
    chains: Mapping[str, Chain]
    labels: Labels
    since: datetime
    floor: Decimal | None

    async def trials(self, asked: Sequence[Threshold]) -> list[Trial]:
        """One for each threshold, in their order."""
        in_usd = [one for one in asked if isinstance(one, UsdThreshold)]
        told: list[Trial] = []
        if in_usd:
            told += await (self._from_index if self._is_plain() else self._by_value)(in_usd)
        for one in asked:
            if isinstance(one, UnitThreshold):
                told.append(await self._by_units(one))
        places = {id(one.threshold): one for one in told}
        return [places[id(one)] for one in asked]

    def _is_plain(self) -> bool:
        """Whether a movement's whole value decides."""
        watch, scope = self.watch, self.watch.scope
        if scope.picks_assets:
            return False
        if watch.is_feed:
            return True
        return (
            scope.interests is None
            and watch.direction is Direction.BOTH
            and watch.unpriced is Unpriced.IGNORE
            and not self._lets_lookalikes_in()
        )

    async def _from_index(self, asked: Sequence[UsdThreshold]) -> list[Trial]:
        past = self._past(min(one.usd for one in asked))
        values = [max(one.usd, past.at_least or one.usd) for one in asked]
        counts, largest = await rehearsals.counted(self.connection, past, values)
        suspects = await rehearsals.suspected(self.connection, past)
        if suspects.movements and past.address is None:
            counts, largest = await rehearsals.counted(self.connection, past, values, honest=True)
        odd = await self._judged(suspects, asked)
        return [
            replace(
                trial,
                count=count + trial.count,
                largest=max(
                    filter(None, (trial.largest, largest if count else None)), default=None
                ),
            )
            for trial, count in zip(odd, counts, strict=True)
        ]

    async def _by_value(self, asked: Sequence[UsdThreshold]) -> list[Trial]:
        past = self._past(None if self._tells_of_less() else min(one.usd for one in asked))
        found = await rehearsals.those_with(self.connection, past, self.watch.scope.only)
        return await self._judged(found, asked)

    def _tells_of_less(self) -> bool:
        """Whether a value below the threshold, or none, is no reason to be silent."""
        if self.watch.is_feed:
            return False
        return self.watch.unpriced is Unpriced.TELL or self._lets_lookalikes_in()

    def _lets_lookalikes_in(self) -> bool:
        return NoiseRule.LOOKALIKE in self.chat.noise_let_in

    async def _by_units(self, threshold: UnitThreshold) -> Trial:
        past, wanted = self._past(None), self._needed(threshold)
        if self._tells_of_less():
            found = await rehearsals.those_with(self.connection, past)
        else:
            found = await rehearsals.those_with(self.connection, past, amounts=wanted)
            if found.all_above is not None:
                found = await self._as_far_as_worth(found, threshold, past)
        (trial,) = await self._judged(found, [threshold])
        return trial

    def _past(self, at_least: Decimal | None) -> Past:
        if self.floor is not None:
            at_least = max(at_least or self.floor, self.floor)
        about = self.watch.scope.interests if self.watch.is_feed else None
        return Past(list(self.chains), self.since, self.watch.address, at_least, about)

    def _needed(self, threshold: UnitThreshold) -> dict[Asset, int]:
        """At least so much is in one leg, if several of a chain add up to the threshold."""
        here = {one: needed for one, needed in threshold.amounts.items() if one[0] in self.chains}
        number: defaultdict[str, int] = defaultdict(int)
        for chain, _ in here:
            number[chain] += 1
        return {one: needed // number[one[0]] for one, needed in here.items()}

    async def _as_far_as_worth(self, found: Found, threshold: UnitThreshold, past: Past) -> Found:
        """Not all could be looked at; but where the threshold is worth more than what was left out,
        nothing was missed. Prices may have halved since."""
        sample = found.movements
        if not sample:
            sample = (
                await rehearsals.those_with(self.connection, past, list(threshold.amounts))
            ).movements
        prices = [
            leg.price.usd
            for one in sample
            for leg in one.legs
            if (one.block.chain, leg.token) in threshold.amounts and leg.price is not None
        ]
        if prices and min(prices) * threshold.quantity / 2 > (found.all_above or 0):
            return Found(found.movements)
        return found

    async def _judged(self, found: Found, asked: Sequence[Threshold]) -> list[Trial]:
        told: dict[int, list[Decimal]] = {place: [] for place in range(len(asked))}
        by_chain: defaultdict[str, list[Movement]] = defaultdict(list)
        for movement in found.movements:
            by_chain[movement.block.chain].append(movement)
        for name, theirs in by_chain.items():
            names = await self._names(name, theirs)
            known = await self._known(self.chains[name], theirs, names)
            for movement in theirs:
                for place, threshold in enumerate(asked):
                    watch = replace(self.watch, threshold=threshold)
                    if self._tells(movement, watch, names, known):
                        told[place].append(_size(movement, watch, threshold))
        return [
            Trial(
                threshold,
                len(told[place]),
                max(told[place], default=None),
                _is_cut(found, threshold),
            )
            for place, threshold in enumerate(asked)
        ]

    def _tells(
        self,
        movement: Movement,
        watch: Watch,
        names: Mapping[bytes, TokenRow],
        known: Mapping[tuple[bytes, bytes], bytes],
    ) -> bool:
        chain = self.chains[movement.block.chain]
        like = known.get((movement.address, movement.counterparty or movement.address))
        if like is not None and self._lets_lookalikes_in() and goes(movement, watch.direction):
            return True
        if Mark.ZERO_VALUE in movement.marks or shortfall(movement, watch, self.labels):
            return False
        rules = rules_against(chain, movement, names, for_feed=watch.is_feed, looks_like=like)
        return rules <= frozenset(self.chat.noise_let_in)

    async def _names(self, chain: str, found: Iterable[Movement]) -> Mapping[bytes, TokenRow]:
        """Of what is suspected: only then it matters what a token calls itself."""
        suspects = {
            leg.token
            for one in found
            if one.marks or _is_dust(one)
            for leg in one.legs
            if leg.token is not None
        }
        return await tokens.of_addresses(self.connection, chain, sorted(suspects))

    async def _known(
        self, chain: Chain, found: Iterable[Movement], names: Mapping[bytes, TokenRow]
    ) -> Mapping[tuple[bytes, bytes], bytes]:
        """Whom the other side of dust looks like, by both sides."""
        if self.watch.is_feed:
            return {}
        meetings = {
            (self.chat.id, one.address, one.counterparty)
            for one in found
            if one.counterparty is not None
            and may_be_poison(one)
            and is_worthless(chain, one, names)
        }
        known = await dealings.known_like(self.connection, chain.name, meetings)
        return {(own, other): like for (_, own, other), like in known.items()}


def _is_dust(movement: Movement) -> bool:
    return (movement.usd or 0) < DUST_USD


def _is_cut(found: Found, threshold: Threshold) -> bool:
    if found.all_above is None:
        return False
    return not isinstance(threshold, UsdThreshold) or threshold.usd <= found.all_above


def _size(movement: Movement, watch: Watch, threshold: Threshold) -> Decimal:
    if isinstance(threshold, UnitThreshold):
        return side_units(movement, watch, threshold)
    return side_usd(movement, watch)
