"""What happened, in a few words: the verb, how much of what, and where."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.delivery.amounts import assets
from bot.delivery.clean import label_markup
from data.model import MovementKind, Standard

if TYPE_CHECKING:
    from collections.abc import Sequence

    from data.model import Chain, Leg, Movement

PLAIN = {MovementKind.RECEIVE, MovementKind.SEND}
"""What has a direction only for whoever it happened to."""

_WORDS = {
    MovementKind.RECEIVE: "Received",
    MovementKind.SEND: "Sent",
    MovementKind.MINT: "Minted",
    MovementKind.BURN: "Burned",
    MovementKind.WRAP: "Wrapped",
    MovementKind.UNWRAP: "Unwrapped",
    MovementKind.DEPOSIT: "Deposited",
    MovementKind.WITHDRAW: "Withdrew",
    MovementKind.BORROW: "Borrowed",
    MovementKind.REPAY: "Repaid",
}
_TOWARDS = {
    MovementKind.SWAP: "on",
    MovementKind.DEPOSIT: "into",
    MovementKind.WITHDRAW: "from",
    MovementKind.BORROW: "from",
    MovementKind.REPAY: "to",
}
_OUTGOING = {
    MovementKind.SEND,
    MovementKind.BURN,
    MovementKind.WRAP,
    MovementKind.UNWRAP,
    MovementKind.DEPOSIT,
    MovementKind.REPAY,
}
_OF_DEBT = {MovementKind.BORROW, MovementKind.REPAY}


def headline(movement: Movement, chain: Chain | None, *, for_feed: bool) -> str:
    """``Swapped 1,250,000 USDC for 402.1 ETH on Uniswap v3`` as HTML; a feed knows no sides, so
    there it says ``Moved``.
    """
    said = _what(movement, chain, for_feed=for_feed)
    venue = label_markup(movement.venue or "")
    towards = _TOWARDS.get(movement.kind, "at")
    return f"{said} {towards} {venue}" if venue else said


def _what(movement: Movement, chain: Chain | None, *, for_feed: bool) -> str:
    received = [leg for leg in movement.legs if leg.amount > 0]
    sent = [leg for leg in movement.legs if leg.amount <= 0]
    if movement.kind is MovementKind.SWAP:
        return _swapped(received, sent, chain)
    word = "Moved" if for_feed and movement.kind in PLAIN else _WORDS[movement.kind]
    ours = (sent or received) if movement.kind in _OUTGOING else (received or sent)
    if movement.kind in _OF_DEBT:
        # the token that counts the debt tells nothing that the sum does not
        ours = [leg for leg in ours if leg.usd is not None] or ours
    said = f"{word} {_or_nothing(ours, chain)}"
    if movement.kind is MovementKind.MINT and sent:
        return f"{said} for {_or_nothing(sent, chain)}"
    return said


def _swapped(received: Sequence[Leg], sent: Sequence[Leg], chain: Chain | None) -> str:
    """A side may be missing: native coin that came inside the transaction, unseen."""
    if not received:
        return f"Sold {_or_nothing(sent, chain)}"
    if not sent:
        return f"Bought {_or_nothing(received, chain)}"
    if _collected(received) and not _collected(sent):
        return f"Bought {_or_nothing(received, chain)} for {_or_nothing(sent, chain)}"
    word = "Sold" if _collected(sent) and not _collected(received) else "Swapped"
    return f"{word} {_or_nothing(sent, chain)} for {_or_nothing(received, chain)}"


def _collected(legs: Sequence[Leg]) -> bool:
    """Whether there is something among them that has a number."""
    return any(leg.standard is not Standard.ERC20 for leg in legs)


def _or_nothing(legs: Sequence[Leg], chain: Chain | None) -> str:
    return assets(legs, chain) or "nothing"
