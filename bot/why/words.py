"""A case in sentences, as HTML, with the switches that would have changed it."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from bot.delivery.amounts import value
from bot.delivery.clean import clean
from bot.delivery.headline import headline
from bot.delivery.verdict import MUTED, WATCH_REMOVED
from bot.keyboards import remedies as keyboards
from bot.languages import N_, _, ngettext
from bot.numbers import full_usd, grouped, short_quantity
from bot.texts.words import listed, noise_words, threshold_words, time_words, watch_name
from bot.why.findings import (
    Obstacle,
    Told,
    Untold,
    findings,
    is_poison,
    rules_in_the_way,
)
from data.addresses import checksummed
from data.model import FOREVER, AlertState, Direction, Mark, NoiseRule, UnitThreshold
from data.queries.alerts import DROPPED_BY_REORG, NOISE
from data.shortfall import Shortfall, side_units, side_usd

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime
    from decimal import Decimal

    from aiogram.types import InlineKeyboardMarkup

    from bot.why.case import Case, Reach, Seen
    from bot.why.findings import Finding
    from data.model import Alert, Chain, Chat, CoverageGap, Movement, Watch

HOW = N_(
    "Reply to an alert with /why, or write it with a transaction:\n"
    "<code>/why 0x…</code> or an explorer's link to it. I say which watch and which rule did what."
)
NO_ALERT = N_("That message is no alert, or I have forgotten it: write /why with the transaction.")
_FINDINGS_SHOWN = 5
_NOISE_IS = {
    NoiseRule.LOOKALIKE: N_(
        "next to nothing moved, and the other side looks like an address that you watch or that"
        " this one has dealt with"
    ),
    NoiseRule.IMITATION: N_("its token passes itself off as another one, or its name is a lure"),
    NoiseRule.AIRDROP: N_("one transaction gave this token to a hundred addresses or more"),
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
        more = len(found) - len(shown)
        rest = ngettext("… and {count} more watch", "… and {count} more watches", more)
        parts.append(rest.format(count=more))
    if not found:
        parts.append(_nobodys(case, kept_from))
    return "\n\n".join(parts), _remedies(shown, case.chat)


def more_in_list(more: int) -> str:
    """A list of alerts was replied to, and this many of them are not told of."""
    said = _("… and {count} more in that list: write /why with the link of one.")
    return said.format(count=grouped(more))


def _head(case: Case, seen: Seen, now: datetime) -> Iterator[str]:
    tx_hash = f"0x{case.tx_hash.hex()}"
    url = seen.chain.explorer.tx.format(hash=tx_hash)
    name = f'<a href="{escape(url)}">{tx_hash[:10]}…{tx_hash[-4:]}</a>'
    head = _("❓ <b>Transaction {name}</b> on {chain}")
    yield head.format(name=name, chain=escape(seen.chain.title))
    if seen.movements:
        block = seen.movements[0].block
        where = _("Block {number}, {time}")
        yield where.format(number=grouped(block.number), time=time_words(block.time, now))


def _said(found: Finding, case: Case, chains: Sequence[Chain], now: datetime) -> Iterator[str]:
    if isinstance(found, Told):
        yield from _told(found, case, chains)
    else:
        yield from _untold(found, case, chains, now)


def _moved(movement: Movement, chain: Chain) -> str:
    worth = _("nothing moved") if Mark.ZERO_VALUE in movement.marks else value(movement)
    return f"<b>{headline(movement, chain, for_feed=False)}</b> · {worth}"


def _told(found: Told, case: Case, chains: Sequence[Chain]) -> Iterator[str]:
    alert = found.alert
    asks = _asks(found, case.chat, chains)
    match alert.state:
        case AlertState.SENT:
            told = _("✅ You were told: {asks}.") if asks else _("✅ You were told.")
            yield told.format(asks=asks)
        case AlertState.RETRACTED:
            yield _("↩️ You were told, and then the chain took it back.")
        case AlertState.PENDING:
            waits = _("⏳ It waits to be sent: {asks}.") if asks else _("⏳ It waits to be sent.")
            yield waits.format(asks=asks)
        case AlertState.DEFERRED:
            kept = _("🌙 It is kept for this chat's digest: {asks}.")
            yield kept.format(asks=asks) if asks else _("🌙 It is kept for this chat's digest.")
        case AlertState.HELD:
            held = _("🛡 It waits until its block is safe, as /timing says.")
            if asks:
                held = _("🛡 It waits until its block is safe, as /timing says: {asks}.")
            yield held.format(asks=asks)
        case AlertState.DROPPED:
            yield _dropped(alert)
    if alert.noise and alert.state is not AlertState.DROPPED:
        if _is_warning(found):
            yield _(
                "⚠️ It went to an address that looks like one that you watch or it has dealt with."
            )
        else:
            let_in = _("⚠️ It is noise that is let in here: {why}.")
            yield let_in.format(why=_because(alert.noise))


def _asks(found: Told, chat: Chat, chains: Sequence[Chain]) -> str:
    """Why a watch tells of it; empty where that cannot be said any more."""
    watch, movement = found.watch, found.movement
    if watch is None or movement is None or Mark.ZERO_VALUE in movement.marks:
        return ""
    who = listed([_called(one, chains) for one in (watch, *found.others)])
    if movement.usd is None and not isinstance(watch.threshold, UnitThreshold):
        return _("{watches} tells of what has no price, too").format(watches=who)
    threshold = threshold_words(watch.threshold, chat.default_threshold_usd)
    return _("{watches} asks from {threshold}").format(watches=who, threshold=threshold)


def _is_warning(found: Told) -> bool:
    moved = found.movement
    return moved is not None and moved.signed and NoiseRule.LOOKALIKE in found.alert.noise


def _dropped(alert: Alert) -> str:
    reason = alert.reason or ""
    if reason.startswith(NOISE):
        rules = listed([f"<b>{noise_words(rule)}</b>" for rule in sorted(alert.noise)])
        out = _("🔇 Kept out as noise, by the rule against {rules}: {why}.")
        return out.format(rules=rules, why=_because(alert.noise))
    if reason == MUTED:
        return _("🔕 Not told: the chat or the watch was muted when it would have been sent.")
    if reason == WATCH_REMOVED:
        return _("✖️ Not told: its watch was removed before it was sent.")
    if reason == DROPPED_BY_REORG:
        return _("↩️ Not told: the chain took it back before it was sent.")
    why = escape(clean(reason, 200)) or _("nobody wrote down why")
    return _("✖️ Not told: {why}.").format(why=why)


def _because(rules: Iterable[NoiseRule]) -> str:
    return "; ".join(_(_NOISE_IS[rule]) for rule in sorted(rules))


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
        quiet = _("🔕 {watch} is muted until {time}.")
        if muted >= FOREVER:
            quiet = _("🔕 {watch} is muted.")
        yield quiet.format(watch=who, time=time_words(muted, now))


def _looks_at(direction: Direction) -> str:
    if direction is Direction.IN:
        return _("↔️ Not told: {watch} looks only at what comes in.")
    return _("↔️ Not told: {watch} looks only at what goes out.")


def _in_the_way(watch: Watch, obstacle: Obstacle, who: str, now: datetime) -> str:
    match obstacle:
        case Obstacle.MADE_LATER:
            said = _("🕓 Not told: {watch} was made later, at {time}.")
        case Obstacle.NOTHING_MOVED:
            said = _(
                "🔇 Not told: a transfer of 0 moves nothing, and anybody can put one into the"
                " history of {watch}."
            )
        case Obstacle.NOT_SHOWN:
            said = _(
                "🐋 Not told by {watch}: a feed shows one movement of a transaction, and none of"
                " pools and contracts that only pass it on."
            )
        case Obstacle.CHANGED_SINCE:
            said = _("✏️ Not told then; as {watch} is set now, it would be.")
    return said.format(watch=who, time=time_words(watch.created_at, now))


def _lacking(found: Untold, shortfall: Shortfall, chat: Chat, who: str) -> str:
    match shortfall:
        case Shortfall.OTHER_CHAIN:
            said = _("⛓ Not told: {watch} rests on {chain}.")
        case Shortfall.OTHER_INTEREST:
            said = _("🎚 Not told: {watch} does not look at movements of this kind.")
        case Shortfall.OTHER_ASSET:
            said = _("🪙 Not told: {watch} does not look at these tokens.")
        case Shortfall.OTHER_SIDE:
            said = _looks_at(found.watch.direction)
        case Shortfall.NO_PRICE:
            said = _("💲 Not told: {watch} asks for dollars, and no price is known of this.")
        case Shortfall.BELOW:
            return _compared(found, chat, who)
    return said.format(watch=who, chain=escape(found.chain.title))


def _compared(found: Untold, chat: Chat, who: str) -> str:
    movement, watch = found.movement, found.watch
    wanted = threshold_words(watch.threshold, chat.default_threshold_usd)
    if isinstance(watch.threshold, UnitThreshold):
        moved = short_quantity(side_units(movement, watch, watch.threshold))
        said = _("📉 Not told: {moved} are less than the {threshold} of {watch}.")
        # dust begins with a <
        moved = f"{escape(moved)} {escape(watch.threshold.symbol)}"
    else:
        said = _("📉 Not told: {moved} is less than the {threshold} of {watch}.")
        moved = full_usd(side_usd(movement, watch))
    return said.format(moved=moved, threshold=wanted, watch=who)


def _poison(found: Untold, chat: Chat) -> Iterator[str]:
    other, like = found.movement.counterparty, found.looks_like
    if other is None or like is None:
        return
    yield _(
        "⚠️ The other side is\n<code>{other}</code>\nand looks like\n<code>{like}</code>\nwhich you"
        " watch or this address has dealt with."
    ).format(other=checksummed(other), like=checksummed(like))
    if is_poison(found) and NoiseRule.LOOKALIKE not in chat.noise_let_in:
        rule = _("The rule against <b>{noise}</b> keeps such out.")
        yield rule.format(noise=noise_words(NoiseRule.LOOKALIKE))


def _nobodys(case: Case, kept_from: Decimal) -> str:
    values = [one.usd for seen in case.seen for one in seen.movements if one.usd is not None]
    said = [_("Nothing that you watch took part in it, and no feed of yours shows it.")]
    if not case.watches:
        said = [_("You watch nothing yet, so nobody told you.")]
    if values:
        largest = _("Its largest movement was worth {usd}.")
        said.append(largest.format(usd=full_usd(max(values))))
    if case.watches:
        known = _("I know of it because it moved {usd} or more.")
        said.append(known.format(usd=full_usd(kept_from)))
    return " ".join(said)


def _unseen(case: Case, now: datetime, kept_from: Decimal, kept_hours: int) -> Iterator[str]:
    yield _(
        "I know nothing of transaction <code>{tx_hash}</code>. Either no address that you watch"
        " took part in it and nobody moved {usd} or more; or it failed; or it is older than {hours}"
        " h; or I have not seen its block:"
    ).format(tx_hash=f"0x{case.tx_hash.hex()}", usd=full_usd(kept_from), hours=kept_hours)
    for reach in case.reach:
        yield _reached(reach, now)


def _reached(reach: Reach, now: datetime) -> str:
    title = escape(reach.chain.title)
    if reach.cursor is None:
        return _("• {chain}: nothing read yet").format(chain=title)
    cursor = reach.cursor
    line = _("• {chain}: read up to block {number}, {time}").format(
        chain=title, number=grouped(cursor.number), time=time_words(cursor.time, now)
    )
    return "; ".join([line, *(_left_out(gap) for gap in reach.gaps)])


def _left_out(gap: CoverageGap) -> str:
    blocks = grouped(gap.first)
    if gap.first != gap.last:
        blocks = _("{first} to {last}").format(first=blocks, last=grouped(gap.last))
    said = _("{blocks} not seen ({why})")
    if gap.partial:
        said = _("{blocks} seen in part ({why})")
    elif gap.closed_at is not None:
        said = _("{blocks} filled in later ({why})")
    return said.format(blocks=blocks, why=escape(clean(gap.reason, 80)))


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
