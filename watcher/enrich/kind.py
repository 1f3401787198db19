"""What a transaction was, seen from one address, and at which venue."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from data.model import MovementKind, Standard
from data.model.block import ZERO_ADDRESS
from data.venues import Meaning, VenueKind
from watcher.enrich.shares import is_minted, is_returned, paid, took

if TYPE_CHECKING:
    from collections.abc import Sequence
    from collections.abc import Set as AbstractSet

    from data.model import Leg
    from data.venues import Venue
    from watcher.enrich.flows import Flow
    from watcher.enrich.scene import Scene
    from watcher.enrich.sides import Sides

Told: TypeAlias = tuple[MovementKind, str | None]

_KEEPERS = frozenset({VenueKind.BRIDGE, VenueKind.STAKING, VenueKind.LENDING})
_DOORS = frozenset({VenueKind.AGGREGATOR, VenueKind.ROUTER, VenueKind.SETTLEMENT})
_SEVERAL = 2


def told(scene: Scene, address: bytes, flow: Flow, sides: Sides) -> Told:
    """The kind, and the venue's name where a known one took part."""
    received, sent = sides
    if received and sent:
        return _exchange(scene, address, flow, sides)
    ours = received or sent
    others = flow.others(ours[0])
    if len(ours) > 1:
        others = others.union(*(flow.others(leg) for leg in ours[1:]))
    wrapped = scene.chain.wrapped_native
    if others == {wrapped} and all(leg.token == wrapped for leg in ours):
        # the native coin moved inside the transaction, where logs do not show it
        return (MovementKind.WRAP if received else MovementKind.UNWRAP), None
    if scene.known and not scene.is_machine(address):
        found = (_gave if sent else _got)(scene, address, flow, ours, others)
        if found is not None:
            return found
    if received:
        return (MovementKind.MINT if others == {ZERO_ADDRESS} else MovementKind.RECEIVE), None
    return (MovementKind.BURN if others == {ZERO_ADDRESS} else MovementKind.SEND), None


def _exchange(scene: Scene, address: bytes, flow: Flow, sides: Sides) -> Told:
    received, sent = sides
    wrapped = scene.chain.wrapped_native
    tokens = {leg.token for leg in (*received, *sent)}
    if tokens == {None, wrapped} and address != wrapped:
        is_wrap = received[0].token is not None
        return (MovementKind.WRAP if is_wrap else MovementKind.UNWRAP), None
    if scene.is_machine(address):
        return MovementKind.SWAP, None
    return (
        _lent(scene, flow, sides)
        or _entered(scene, flow, sides)
        or _left(scene, flow, sides)
        or (MovementKind.SWAP, scene.traded)
    )


def _lent(scene: Scene, flow: Flow, sides: Sides) -> Told | None:
    """A lending market takes an asset for its own token, and gives it back for that."""
    if scene.lent is None:
        return None
    says = scene.lending
    if (not says or Meaning.SUPPLY in says) and any(is_minted(leg, flow) for leg in sides.received):
        return MovementKind.DEPOSIT, scene.lent
    if (not says or Meaning.WITHDRAW in says) and any(is_returned(leg, flow) for leg in sides.sent):
        return MovementKind.WITHDRAW, scene.lent
    return None


def _entered(scene: Scene, flow: Flow, sides: Sides) -> Told | None:
    """Assets for newly made tokens: shares of what keeps them, a position, or a collection's."""
    received, sent = sides
    if not all(is_minted(leg, flow) for leg in received):
        return None
    if any(leg.standard is not Standard.ERC20 for leg in received):
        place = scene.venues.at(received[0].token)
        if _is(place, VenueKind.POSITIONS):
            return MovementKind.DEPOSIT, scene.traded
        return MovementKind.MINT, None
    holds = took(received[0].token, sent, scene.flows)
    name = _keeper(scene, received, sent, holds)
    if name is not None or _is_pair(received, sent, holds):
        return MovementKind.DEPOSIT, name
    return None


def _left(scene: Scene, flow: Flow, sides: Sides) -> Told | None:
    """Shares given back for what they stood for."""
    received, sent = sides
    if not all(leg.standard is Standard.ERC20 and is_returned(leg, flow) for leg in sent):
        return None
    holds = paid(sent[0].token, received, scene.flows)
    name = _keeper(scene, sent, received, holds)
    if name is not None or _is_pair(sent, received, holds):
        return MovementKind.WITHDRAW, name
    return None


def _keeper(scene: Scene, shares: Sequence[Leg], assets: Sequence[Leg], holds: bool) -> str | None:
    """Who keeps what shares stand for: the shares' own contract, or a pool beside it."""
    token = shares[0].token
    place = scene.venues.at(token)
    if place is not None:
        return place.name
    if holds and token is not None:
        native = scene.chain.wrapped_native
        tokens = frozenset(leg.token if leg.token is not None else native for leg in assets)
        return scene.pool(token, tokens)
    return None if scene.swapped else scene.traded


def _is_pair(shares: Sequence[Leg], assets: Sequence[Leg], holds: bool) -> bool:
    """Several assets against one token whose own contract holds them: a pool that nobody knows."""
    return holds and len(shares) == 1 and len(assets) >= _SEVERAL


def _gave(
    scene: Scene, address: bytes, flow: Flow, sent: Sequence[Leg], others: AbstractSet[bytes]
) -> Told | None:
    """It only gave: to a bridge, a market, a staking contract; or for what no log shows."""
    signed = address == scene.transaction.signer
    returned = all(is_returned(leg, flow) for leg in sent)
    place = _place(scene, others)
    if scene.lent is not None and (signed or returned or _is(place, VenueKind.LENDING)):
        if returned and (not scene.lending or Meaning.WITHDRAW in scene.lending):
            return MovementKind.WITHDRAW, scene.lent
        if Meaning.SUPPLY in scene.lending or (not scene.lending and _is_lent_to(scene, place)):
            return MovementKind.DEPOSIT, scene.lent
        if Meaning.REPAY in scene.lending:
            return MovementKind.REPAY, scene.lent
    if scene.bridge is not None and signed and _crosses(scene):
        return MovementKind.DEPOSIT, scene.bridge
    if place is not None and place.kind in (VenueKind.BRIDGE, VenueKind.STAKING):
        return MovementKind.DEPOSIT, place.name
    if signed and scene.target is not None:
        if scene.target.kind is VenueKind.POSITIONS:
            return MovementKind.DEPOSIT, scene.target.name
        if scene.target.kind in _DOORS and scene.swapped and _all_machines(scene, others):
            # sold for native coin, which only a trace would show
            return MovementKind.SWAP, scene.traded
    return None


def _got(
    scene: Scene, address: bytes, flow: Flow, received: Sequence[Leg], others: AbstractSet[bytes]
) -> Told | None:
    """It only got: out of a bridge, a market, a staking contract."""
    signed = address == scene.transaction.signer
    minted = any(is_minted(leg, flow) for leg in received)
    place = _place(scene, others)
    if scene.lent is not None and (signed or minted or _is(place, VenueKind.LENDING)):
        if Meaning.BORROW in scene.lending:
            return MovementKind.BORROW, scene.lent
        if Meaning.WITHDRAW in scene.lending or (not scene.lending and _is_lent_to(scene, place)):
            return MovementKind.WITHDRAW, scene.lent
    if scene.bridge is not None:
        filled = Meaning.WITHDRAW in scene.crossing and not signed
        released = others == {ZERO_ADDRESS} and _is(scene.target, VenueKind.BRIDGE)
        if filled or released:
            return MovementKind.WITHDRAW, scene.bridge
    if place is not None and place.kind in (VenueKind.BRIDGE, VenueKind.STAKING):
        return MovementKind.WITHDRAW, place.name
    if signed and scene.target is not None and scene.target.kind is VenueKind.POSITIONS:
        return MovementKind.WITHDRAW, scene.target.name
    return None


def _place(scene: Scene, others: AbstractSet[bytes]) -> Venue | None:
    """The known keeper among those on the other side."""
    for other in sorted(others):
        place = scene.venues.at(other)
        if place is not None and place.kind in _KEEPERS:
            return place
    return None


def _is(place: Venue | None, kind: VenueKind) -> bool:
    return place is not None and place.kind is kind


def _is_lent_to(scene: Scene, place: Venue | None) -> bool:
    return _is(place, VenueKind.LENDING) or _is(scene.target, VenueKind.LENDING)


def _crosses(scene: Scene) -> bool:
    """Whether what the signer gave went over a bridge: one that says so, or that was called."""
    if scene.crossing:
        return Meaning.SUPPLY in scene.crossing
    return _is(scene.target, VenueKind.BRIDGE) or not scene.swapped


def _all_machines(scene: Scene, others: AbstractSet[bytes]) -> bool:
    target = scene.transaction.target
    return all(other == target or scene.is_machine(other) for other in others)
