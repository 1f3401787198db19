"""The first words of an alert: what happened, how much, and how big that is."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from bot.delivery.amounts import value
from bot.delivery.headline import PLAIN, headline
from data.model import MovementKind, UnitThreshold, UsdThreshold

if TYPE_CHECKING:
    from data.model import Chain, Chat, Movement, Watch

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
    MovementKind.BORROW: "🏦",
    MovementKind.REPAY: "🏦",
}
_BIG, _HUGE = 10, 100


def sign(movement: Movement) -> str:
    """The picture that stands for what happened."""
    return _SIGNS[movement.kind]


def title(movement: Movement, chain: Chain | None, watch: Watch | None, chat: Chat) -> str:
    """The whole first line as HTML."""
    for_feed = watch is not None and watch.is_feed
    picture = "🐋" if for_feed and movement.kind in PLAIN else sign(movement)
    size = whales(movement, watch, chat)
    line = f"{picture} <b>{headline(movement, chain, for_feed=for_feed)}</b> · {value(movement)}"
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
