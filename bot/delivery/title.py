"""The first words of an alert: what happened, how much, and how big that is."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from bot.delivery.amounts import assets, value
from data.model import MovementKind, UnitThreshold, UsdThreshold

if TYPE_CHECKING:
    from collections.abc import Sequence

    from data.model import Chain, Chat, Leg, Movement, Watch

_SIGNS = {
    MovementKind.RECEIVE: "🟢",
    MovementKind.SEND: "🔴",
    MovementKind.SWAP: "🔄",
    MovementKind.MINT: "✨",
    MovementKind.BURN: "🔥",
    MovementKind.WRAP: "🎁",
    MovementKind.UNWRAP: "🎁",
    MovementKind.DEPOSIT: "📥",
    MovementKind.WITHDRAW: "📤",
}
_WORDS = {
    MovementKind.RECEIVE: "Received",
    MovementKind.SEND: "Sent",
    MovementKind.MINT: "Minted",
    MovementKind.BURN: "Burned",
    MovementKind.WRAP: "Wrapped",
    MovementKind.UNWRAP: "Unwrapped",
    MovementKind.DEPOSIT: "Deposited",
    MovementKind.WITHDRAW: "Withdrew",
}
_PLAIN = {MovementKind.RECEIVE, MovementKind.SEND}
_BIG, _HUGE = 10, 100


def headline(movement: Movement, chain: Chain | None, *, for_feed: bool) -> str:
    """``Received 1,250 ETH`` as HTML; a feed knows no sides, so there it says ``Moved``."""
    received = [leg for leg in movement.legs if leg.amount > 0]
    sent = [leg for leg in movement.legs if leg.amount <= 0]
    if movement.kind is MovementKind.SWAP:
        return f"Swapped {_or_nothing(sent, chain)} for {_or_nothing(received, chain)}"
    word = "Moved" if for_feed and movement.kind in _PLAIN else _WORDS[movement.kind]
    outgoing = movement.kind in {MovementKind.SEND, MovementKind.BURN, MovementKind.WRAP}
    ours = (sent or received) if outgoing else (received or sent)
    return f"{word} {_or_nothing(ours, chain)}"


def sign(movement: Movement) -> str:
    """The picture that stands for what happened."""
    return _SIGNS[movement.kind]


def title(movement: Movement, chain: Chain | None, watch: Watch | None, chat: Chat) -> str:
    """The whole first line as HTML."""
    for_feed = watch is not None and watch.is_feed
    sign = "🐋" if for_feed and movement.kind in _PLAIN else _SIGNS[movement.kind]
    size = whales(movement, watch, chat)
    line = f"{sign} <b>{headline(movement, chain, for_feed=for_feed)}</b> · {value(movement)}"
    return f"{line} {size}" if size else line


def whales(movement: Movement, watch: Watch | None, chat: Chat) -> str:
    """A whale from ten times the threshold, two from a hundred times."""
    times = multiple(movement, watch, chat)
    if times is None or times < _BIG:
        return ""
    return "🐋" if times < _HUGE else "🐋🐋"


def multiple(movement: Movement, watch: Watch | None, chat: Chat) -> Decimal | None:
    """How many thresholds the movement is worth; None where that cannot be said."""
    threshold = (watch and watch.threshold) or UsdThreshold(chat.default_threshold_usd)
    if isinstance(threshold, UnitThreshold):
        return max(
            (
                Decimal(abs(leg.amount)) / wanted
                for leg in movement.legs
                if (wanted := threshold.amounts.get((movement.block.chain, leg.token)))
            ),
            default=None,
        )
    if movement.usd is None or threshold.usd <= 0:
        return None
    return movement.usd / threshold.usd


def _or_nothing(legs: Sequence[Leg], chain: Chain | None) -> str:
    return assets(legs, chain) or "nothing"
