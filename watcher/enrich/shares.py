"""Tokens that stand for what was given: a lending market's, a pool's, a staking contract's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from data.model.block import ZERO_ADDRESS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from data.model import Leg
    from watcher.enrich.flows import Flow, Flows


def is_minted(leg: Leg, flow: Flow) -> bool:
    """Whether a received leg was made for the address: it came out of nothing, or out of the
    contract that keeps it."""
    return _is_between(leg, flow)


def is_returned(leg: Leg, flow: Flow) -> bool:
    """Whether a sent leg was destroyed, or given back to the contract that keeps it."""
    return _is_between(leg, flow)


def _is_between(leg: Leg, flow: Flow) -> bool:
    others = flow.others(leg)
    return bool(others) and all(other in (ZERO_ADDRESS, leg.token) for other in others)


def took(token: bytes | None, given: Iterable[Leg], flows: Flows) -> bool:
    """Whether a token's own contract got any of what was given for it."""
    keeper = flows.get(token) if token is not None else None
    return keeper is not None and bool(
        {leg.token for leg in given} & {asset.token for asset in keeper.came}
    )


def paid(token: bytes | None, gotten: Iterable[Leg], flows: Flows) -> bool:
    """Whether a token's own contract gave any of what was gotten for it."""
    keeper = flows.get(token) if token is not None else None
    return keeper is not None and bool(
        {leg.token for leg in gotten} & {asset.token for asset in keeper.went}
    )
