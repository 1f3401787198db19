"""A case in sentences, as HTML, with the switches that would have changed it."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from bot import keyboards
from bot.delivery.amounts import value
from bot.delivery.clean import clean
from bot.delivery.headline import headline
from bot.delivery.verdict import MUTED, WATCH_REMOVED
from bot.numbers import full_usd, short_quantity
from bot.texts.words import listed, noise_words, threshold_words, until_words, watch_name
from bot.why.findings import (
    Obstacle,
    Told,
    Untold,
    findings,
    is_poison,
    rules_in_the_way,
)
from data.addresses import checksummed
from data.health import told_time
from data.model import AlertState, Direction, Mark, NoiseRule, UnitThreshold
from data.queries.alerts import DROPPED_BY_REORG, NOISE
from data.shortfall import Shortfall, side_units, side_usd

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime
    from decimal import Decimal

    from aiogram.types import InlineKeyboardMarkup

    from bot.why.case import Case, Reach, Seen
    from bot.why.findings import Finding
    from data.model import Alert, Chain, Chat, Movement, Watch

HOW = (
    "Reply to an alert with /why, or write it with a transaction:\n"
    "<code>/why 0x…</code> or an explorer's link to it. I say which watch and which rule did what."
)
NO_ALERT = "That message is no alert, or I have forgotten it: write /why with the transaction."
MORE_IN_LIST = "… and {more} more in that list: write /why with the link of one."
_FINDINGS_SHOWN = 5
_NOISE_IS = {
    NoiseRule.LOOKALIKE: (
        "next to nothing moved, and the other side looks like an address that you watch or that"
        " this one has dealt with"
    ),
    NoiseRule.IMITATION: "its token passes itself off as another one, or its name is a lure",
    NoiseRule.AIRDROP: "one transaction gave this token to a hundred addresses or more",
}


def explanation(
    case: Case, chains: Sequence[Chain], now: datetime, *, kept_from: Decimal, kept_hours: int
) -> tuple[str, InlineKeyboardMarkup | None]:
    """What happened to the transaction here, and buttons for what stood in the way."""
    found = list(findings(case))
    if not case.seen:
        return "\n".join(_unseen(case, now, kept_from, kept_hours)), None
    parts = ["\n".join(_head(case, seen, now)) for seen in case.seen]
    shown = found[:_FINDINGS_SHOWN]
    said: Movement | None = None
    for one in shown:
        lines = _said(one, case, chains, now)
        head = (
            []
            if one.movement is None or one.movement == said
            else [_moved(one.movement, one.chain)]
        )
        parts.append("\n".join([*head, *lines]))
        said = one.movement
    if len(found) > len(shown):
        parts.append(f"… and {len(found) - len(shown)} more watches")
    if not found:
        parts.append(_nobodys(case, kept_from))
    return "\n\n".join(parts), _remedies(shown, case.chat)


def _head(case: Case, seen: Seen, now: datetime) -> Iterator[str]:
    tx_hash = f"0x{case.tx_hash.hex()}"
    url = seen.chain.explorer.tx.format(hash=tx_hash)
    name = f'<a href="{escape(url)}">{tx_hash[:10]}…{tx_hash[-4:]}</a>'
    line = f"❓ <b>Transaction {name}</b> on {escape(seen.chain.title)}"
    if seen.movements:
        block = seen.movements[0].block
        line += f"\nBlock {block.number:,}, {told_time(block.time, now)}"
    yield line


def _said(found: Finding, case: Case, chains: Sequence[Chain], now: datetime) -> Iterator[str]:
    if isinstance(found, Told):
        yield from _told(found, case, chains)
    else:
        yield from _untold(found, case, chains, now)


def _moved(movement: Movement, chain: Chain) -> str:
    worth = "nothing moved" if Mark.ZERO_VALUE in movement.marks else value(movement)
    return f"<b>{headline(movement, chain, for_feed=False)}</b> · {worth}"


def _told(found: Told, case: Case, chains: Sequence[Chain]) -> Iterator[str]:
    alert = found.alert
    asks = _asks(found, case.chat, chains)
    match alert.state:
        case AlertState.SENT:
            yield f"✅ You were told{asks}."
        case AlertState.RETRACTED:
            yield "↩️ You were told, and then the chain took it back."
        case AlertState.PENDING:
            yield f"⏳ It waits to be sent{asks}."
        case AlertState.HELD:
            yield f"🛡 It waits until its block is safe, as /timing says{asks}."
        case AlertState.DROPPED:
            yield _dropped(alert)
    if alert.noise and alert.state is not AlertState.DROPPED:
        if _is_warning(found):
            yield "⚠️ It went to an address that looks like one that you watch or it has dealt with."
        else:
            yield f"⚠️ It is noise that is let in here: {_because(alert.noise)}."


def _asks(found: Told, chat: Chat, chains: Sequence[Chain]) -> str:
    """Why a watch tells of it, behind a colon; empty where that cannot be said any more."""
    watch, movement = found.watch, found.movement
    if watch is None or movement is None or Mark.ZERO_VALUE in movement.marks:
        return ""
    who = listed([_called(one, chains) for one in (watch, *found.others)])
    if movement.usd is None and not isinstance(watch.threshold, UnitThreshold):
        return f": {who} tells of what has no price, too"
    return f": {who} asks from {threshold_words(watch.threshold, chat.default_threshold_usd)}"


def _is_warning(found: Told) -> bool:
    moved = found.movement
    return moved is not None and moved.signed and NoiseRule.LOOKALIKE in found.alert.noise


def _dropped(alert: Alert) -> str:
    reason = alert.reason or ""
    if reason.startswith(NOISE):
        rules = listed([f"<b>{noise_words(rule)}</b>" for rule in sorted(alert.noise)])
        return f"🔇 Kept out as noise, by the rule against {rules}: {_because(alert.noise)}."
    if reason == MUTED:
        return "🔕 Not told: the chat or the watch was muted when it would have been sent."
    if reason == WATCH_REMOVED:
        return "✖️ Not told: its watch was removed before it was sent."
    if reason == DROPPED_BY_REORG:
        return "↩️ Not told: the chain took it back before it was sent."
    return f"✖️ Not told: {escape(clean(reason, 200)) or 'nobody wrote down why'}."


def _because(rules: Iterable[NoiseRule]) -> str:
    return "; ".join(_NOISE_IS[rule] for rule in sorted(rules))


def _untold(found: Untold, case: Case, chains: Sequence[Chain], now: datetime) -> Iterator[str]:
    watch, who = found.watch, _called(found.watch, chains)
    if isinstance(found.obstacle, Shortfall):
        yield _lacking(found, found.obstacle, case.chat, who)
    else:
        yield _in_the_way(watch, found.obstacle, who, now)
    if found.looks_like is not None and found.movement.counterparty is not None:
        yield from _poison(found, case.chat)
    muted = watch.muted_until
    if muted is not None and muted > now:
        yield f"🔕 {who} is muted {until_words(muted, now)}."


def _in_the_way(watch: Watch, obstacle: Obstacle, who: str, now: datetime) -> str:
    match obstacle:
        case Obstacle.MADE_LATER:
            return f"🕓 Not told: {who} was made later, at {told_time(watch.created_at, now)}."
        case Obstacle.NOTHING_MOVED:
            return (
                "🔇 Not told: a transfer of 0 moves nothing, and anybody can put one into the"
                f" history of {who}."
            )
        case Obstacle.NOT_SHOWN:
            return (
                f"🐋 Not told by {who}: a feed shows one movement of a transaction, and none of"
                " pools and contracts that only pass it on."
            )
        case Obstacle.CHANGED_SINCE:
            return f"✏️ Not told then; as {who} is set now, it would be."


def _lacking(found: Untold, shortfall: Shortfall, chat: Chat, who: str) -> str:
    match shortfall:
        case Shortfall.OTHER_CHAIN:
            return f"⛓ Not told: {who} rests on {escape(found.chain.title)}."
        case Shortfall.OTHER_INTEREST:
            return f"🎚 Not told: {who} does not look at movements of this kind."
        case Shortfall.OTHER_ASSET:
            return f"🪙 Not told: {who} does not look at these tokens."
        case Shortfall.OTHER_SIDE:
            side = "comes in" if found.watch.direction is Direction.IN else "goes out"
            return f"↔️ Not told: {who} looks only at what {side}."
        case Shortfall.NO_PRICE:
            return f"💲 Not told: {who} asks for dollars, and no price is known of this."
        case Shortfall.BELOW:
            return f"📉 Not told: {_compared(found, chat, who)}."


def _compared(found: Untold, chat: Chat, who: str) -> str:
    movement, watch = found.movement, found.watch
    wanted = threshold_words(watch.threshold, chat.default_threshold_usd)
    if isinstance(watch.threshold, UnitThreshold):
        moved = short_quantity(side_units(movement, watch, watch.threshold))
        return f"{moved} {escape(watch.threshold.symbol)} are less than the {wanted} of {who}"
    moved = full_usd(side_usd(movement, watch))
    return f"{moved} is less than the {wanted} of {who}"


def _poison(found: Untold, chat: Chat) -> Iterator[str]:
    other, like = found.movement.counterparty, found.looks_like
    if other is None or like is None:
        return
    yield (
        f"⚠️ The other side is\n<code>{checksummed(other)}</code>\nand looks like"
        f"\n<code>{checksummed(like)}</code>\nwhich you watch or this address has dealt with."
    )
    if is_poison(found) and NoiseRule.LOOKALIKE not in chat.noise_let_in:
        yield f"The rule against <b>{noise_words(NoiseRule.LOOKALIKE)}</b> keeps such out."


def _nobodys(case: Case, kept_from: Decimal) -> str:
    values = [one.usd for seen in case.seen for one in seen.movements if one.usd is not None]
    largest = f" Its largest movement was worth {full_usd(max(values))}." if values else ""
    if not case.watches:
        return f"You watch nothing yet, so nobody told you.{largest}"
    return (
        f"Nothing that you watch took part in it, and no feed of yours shows it.{largest} I know"
        f" of it because it moved {full_usd(kept_from)} or more."
    )


def _unseen(case: Case, now: datetime, kept_from: Decimal, kept_hours: int) -> Iterator[str]:
    yield (
        f"I know nothing of transaction <code>0x{case.tx_hash.hex()}</code>. Either no address that"
        f" you watch took part in it and nobody moved {full_usd(kept_from)} or more; or it failed;"
        f" or it is older than {kept_hours} h; or I have not seen its block:"
    )
    for reach in case.reach:
        yield _reached(reach, now)


def _reached(reach: Reach, now: datetime) -> str:
    title = escape(reach.chain.title)
    if reach.cursor is None:
        return f"• {title}: nothing read yet"
    cursor = reach.cursor
    line = f"• {title}: read up to block {cursor.number:,}, {told_time(cursor.time, now)}"
    for gap in reach.gaps:
        blocks = f"{gap.first:,}" if gap.first == gap.last else f"{gap.first:,} to {gap.last:,}"
        state = "not seen" if gap.closed_at is None else "filled in later"
        if gap.partial:
            state = "seen in part"
        line += f"; {blocks} {state} ({escape(clean(gap.reason, 80))})"
    return line


def _remedies(found: Sequence[Finding], chat: Chat) -> InlineKeyboardMarkup | None:
    rules = {
        rule
        for one in found
        if isinstance(one, Untold) or one.alert.state is AlertState.DROPPED
        for rule in rules_in_the_way(one)
    }
    untold = [one for one in found if isinstance(one, Untold)]
    return keyboards.remedies(
        sorted(rules - chat.noise_let_in),
        [one.watch for one in untold if one.obstacle is Shortfall.BELOW and not is_poison(one)],
        [
            one.watch
            for one in untold
            if one.obstacle is Shortfall.NO_PRICE and not one.watch.is_feed
        ],
    )


def _called(watch: Watch, chains: Sequence[Chain]) -> str:
    return f"#{watch.number} {escape(watch_name(watch, chains))}"
