"""Which rules take a movement for noise. Pure.

Whoever writes alerts or rehearses a watch asks here, so that both say the same.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from data.imitation import imitates
from data.lookalike import DUST_USD
from data.model import Mark, MovementKind, NoiseRule, PriceState

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from data.model import Chain, Direction, Leg, Movement
    from data.queries.tokens import TokenRow


def rules_against(
    chain: Chain,
    movement: Movement,
    names: Mapping[bytes, TokenRow],
    *,
    for_feed: bool,
    looks_like: bytes | None = None,
) -> frozenset[NoiseRule]:
    """The rules that take the movement for noise, whether or not a chat lets that in.

    ``looks_like`` is the known address that the counterparty looks like, if it does. What an
    address did itself is never noise for those who watch it, but for tokens that are not real.
    """
    own = movement.signed and not for_feed
    rules = set()
    if Mark.IMITATION in movement.marks and _consists_of(
        movement, lambda leg: is_imitation(chain, leg, names)
    ):
        rules.add(NoiseRule.IMITATION)
    if (
        Mark.AIRDROP in movement.marks
        and not own
        and _consists_of(movement, lambda leg: is_cheap(chain, leg))
    ):
        rules.add(NoiseRule.AIRDROP)
    if looks_like is not None and not own and is_worthless(chain, movement, names):
        rules.add(NoiseRule.LOOKALIKE)
    return frozenset(rules)


def is_worthless(chain: Chain, movement: Movement, names: Mapping[bytes, TokenRow]) -> bool:
    """Whether next to nothing moved: no amount, dust, or tokens that are worth nothing known."""
    worth = _worth(leg for leg in movement.legs if not is_imitation(chain, leg, names))
    return worth < DUST_USD


def is_sent_by_hand(movement: Movement) -> bool:
    """Whether the address itself sent something away: to a look-alike, that is the harm done."""
    return movement.signed and movement.kind is MovementKind.SEND and bool(_amount(movement))


def may_be_poison(movement: Movement) -> bool:
    """Whether somebody else put it into the address's history."""
    return movement.counterparty is not None and not movement.signed


def goes(movement: Movement, direction: Direction) -> bool:
    """Whether a movement of nothing goes the way that a watch looks."""
    return direction.value in {"both", "out" if movement.kind is MovementKind.SEND else "in"}


def is_imitation(chain: Chain, leg: Leg, names: Mapping[bytes, TokenRow]) -> bool:
    """Whether the leg's token is not what it calls itself."""
    row = None if leg.token is None else names.get(leg.token)
    name = row.name if row is not None else None
    return imitates(chain, leg.token, leg.symbol, name)


def is_cheap(chain: Chain, leg: Leg) -> bool:
    """Whether anybody could make as much of the asset as there is of it.

    What a chain's table curates costs whoever gives it away, and so does what a price is believed
    of: exchanges that pay hundreds of customers at once are no spam. A thin price is as easily made
    as the token.
    """
    if leg.token is None or leg.token in chain.tokens or leg.token == chain.wrapped_native:
        return False
    return leg.price is None or leg.price.state is not PriceState.PRICED


def _consists_of(movement: Movement, suspect: Callable[[Leg], bool]) -> bool:
    """Whether suspicious assets make up its worth: somebody who was cheated of a million dollars
    for them is to be told of the million."""
    if not any(suspect(leg) for leg in movement.legs):
        return False
    honest = _worth(leg for leg in movement.legs if not suspect(leg))
    return honest < DUST_USD or 2 * honest < (movement.usd or 0)


def _worth(legs: Iterable[Leg]) -> Decimal:
    """The larger side, as far as it has a price."""
    received = sent = Decimal(0)
    for leg in legs:
        if leg.usd is not None:
            if leg.amount > 0:
                received += leg.usd
            else:
                sent += leg.usd
    return max(received, sent)


def _amount(movement: Movement) -> int:
    return sum(abs(leg.amount) for leg in movement.legs)
