"""What happened, in a few words: the verb, how much of what, and where."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.delivery.amounts import assets
from bot.delivery.clean import label_markup
from bot.languages import N_, _
from bot.numbers import grouped
from data.model import MovementKind, Standard

if TYPE_CHECKING:
    from collections.abc import Sequence

    from data.model import Chain, Leg, Movement

PLAIN = {MovementKind.RECEIVE, MovementKind.SEND}
"""What has a direction only for whoever it happened to."""

_WORDS = {
    MovementKind.RECEIVE: N_("Received {assets}"),
    MovementKind.SEND: N_("Sent {assets}"),
    MovementKind.MINT: N_("Minted {assets}"),
    MovementKind.BURN: N_("Burned {assets}"),
    MovementKind.WRAP: N_("Wrapped {assets}"),
    MovementKind.UNWRAP: N_("Unwrapped {assets}"),
    MovementKind.DEPOSIT: N_("Deposited {assets}"),
    MovementKind.WITHDRAW: N_("Withdrew {assets}"),
    MovementKind.BORROW: N_("Borrowed {assets}"),
    MovementKind.REPAY: N_("Repaid {assets}"),
}
_TOWARDS = {
    MovementKind.SWAP: N_("{said} on {venue}"),
    MovementKind.DEPOSIT: N_("{said} into {venue}"),
    MovementKind.WITHDRAW: N_("{said} from {venue}"),
    MovementKind.BORROW: N_("{said} from {venue}"),
    MovementKind.REPAY: N_("{said} to {venue}"),
}
_AT = N_("{said} at {venue}")
_MOVED = N_("Moved {assets}")
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
    if movement.left_out:
        rest = _("{said} and {count} more")
        said = rest.format(said=said, count=grouped(movement.left_out))
    venue = label_markup(movement.venue or "")
    if not venue:
        return said
    towards = _TOWARDS.get(movement.kind, _AT)
    return _(towards).format(said=said, venue=venue)


def _what(movement: Movement, chain: Chain | None, *, for_feed: bool) -> str:
    received = [leg for leg in movement.legs if leg.amount > 0]
    sent = [leg for leg in movement.legs if leg.amount <= 0]
    if movement.kind is MovementKind.SWAP:
        return _swapped(received, sent, chain)
    words = _MOVED if for_feed and movement.kind in PLAIN else _WORDS[movement.kind]
    ours = (sent or received) if movement.kind in _OUTGOING else (received or sent)
    if movement.kind in _OF_DEBT:
        # the token that counts the debt tells nothing that the sum does not
        ours = [leg for leg in ours if leg.usd is not None] or ours
    what = _or_nothing(ours, chain)
    if movement.kind is MovementKind.MINT and sent:
        minted = _("Minted {assets} for {paid}")
        return minted.format(assets=what, paid=_or_nothing(sent, chain))
    return _(words).format(assets=what)


def _swapped(received: Sequence[Leg], sent: Sequence[Leg], chain: Chain | None) -> str:
    """A side may be missing: native coin that came inside the transaction, unseen."""
    if not received:
        return _("Sold {sent}").format(sent=_or_nothing(sent, chain))
    if not sent:
        return _("Bought {received}").format(received=_or_nothing(received, chain))
    said = _("Swapped {sent} for {received}")
    if _collected(received) and not _collected(sent):
        said = _("Bought {received} for {sent}")
    elif _collected(sent) and not _collected(received):
        said = _("Sold {sent} for {received}")
    return said.format(sent=_or_nothing(sent, chain), received=_or_nothing(received, chain))


def _collected(legs: Sequence[Leg]) -> bool:
    """Whether there is something among them that has a number."""
    return any(leg.standard is not Standard.ERC20 for leg in legs)


def _or_nothing(legs: Sequence[Leg], chain: Chain | None) -> str:
    return assets(legs, chain) or _("nothing")
