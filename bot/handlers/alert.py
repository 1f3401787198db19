"""The buttons under an alert: mute what told of it, change its threshold, watch the other side.

The alert itself stays: a choice opens in its keyboard, everything else below it. What edits the
alert meanwhile closes the choice, and nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from aiogram import Router

from bot import cards
from bot.answers import add, rearrange
from bot.buttons.alert import ALERT_MUTES, AlertAct, AlertButton
from bot.delivery import outbox
from bot.delivery.parties import Names
from bot.delivery.reach import sides, under_alert
from bot.delivery.render import matched_watches, told_movements
from bot.keyboards import alert as keyboards
from bot.keyboards import watch as watch_keyboards
from bot.languages import N_, _
from bot.middlewares.introduction import PERSONAL
from bot.naming import as_chat_sees
from bot.texts import general
from bot.texts import watches as texts
from bot.texts.words import muted_words
from bot.watchlist import WatchGone, watch_address
from data.errors import InputError
from data.model import FOREVER
from data.queries import watches
from data.queries.alerts import history

if TYPE_CHECKING:
    from aiogram.types import CallbackQuery, InlineKeyboardMarkup

    from bot.context import Context
    from data.model import Alert, Chat, Movement, Watch

_FORGOTTEN = N_("I don't remember that alert any more: /list shows your watches.")


def make_router() -> Router:
    """Its handler. What it is about is the chat in which the alert stands, whatever chat is set up
    from there."""
    router = Router(name="alert")
    router.callback_query.register(tap, AlertButton.filter(), flags=PERSONAL)
    return router


async def tap(
    query: CallbackQuery, callback_data: AlertButton, context: Context, chat: Chat
) -> str | None:
    """Do what the button says."""
    case = await _read(context, chat, callback_data.alert)
    act = callback_data.act
    if act in {AlertAct.WATCH_OTHER, AlertAct.WATCH_OWN}:
        return await _watch_side(query, context, chat, case, act)
    if act is AlertAct.BACK:
        await rearrange(query, case.keyboard(context, chat))
        return None
    if not case.matched:
        await rearrange(query, case.keyboard(context, chat))
        raise WatchGone
    if act is AlertAct.THRESHOLD:
        await add(query, *await cards.thresholds(context, chat, case.matched[0], query))
        return None
    if act is AlertAct.UNMUTE:
        return await _mute(query, context, chat, case, None)
    chosen = case.chosen(callback_data.watch)
    if act is AlertAct.MUTES:
        await _choose(query, context, chat, case, chosen)
        return None
    if chosen is None or (act is AlertAct.MUTE and callback_data.minutes not in ALERT_MUTES):
        raise InputError(general.BUTTON_TOO_OLD)
    return await _mute(query, context, chat, case, chosen, callback_data.minutes)


@dataclass(frozen=True, slots=True)
class _Case:
    """An alert with its watches that still exist, and what it tells of."""

    alert: Alert
    matched: list[Watch]
    told: list[Movement]
    names: Names

    def chosen(self, watch_id: int) -> Watch | None:
        """The watch that a button names, the only one where it names none; None if it is to be
        chosen first. Raises WatchGone for one that is none of the alert's any more."""
        if not watch_id:
            return self.matched[0] if len(self.matched) == 1 else None
        for watch in self.matched:
            if watch.id == watch_id:
                return watch
        raise WatchGone

    def keyboard(self, context: Context, chat: Chat) -> InlineKeyboardMarkup | None:
        """The one under the alert, as things stand."""
        now = context.clock()
        return under_alert(self.alert, self.told, self.matched, self.names, chat, now)


async def _read(context: Context, chat: Chat, alert_id: int) -> _Case:
    async with context.database.read() as connection:
        entry = await history.numbered(connection, chat.id, alert_id)
        if entry is None:
            raise InputError(_FORGOTTEN)
        story = await outbox.read_alerts(connection, [entry.alert])
    alert = entry.alert
    matched = [one for one in matched_watches(alert, story.watches) if one.chat_id == chat.id]
    chain = context.settings.known_chains.get(alert.chain)
    labels = context.labels.for_chat(story.names)
    names = Names.of(alert.chain, chain, matched, labels)
    return _Case(alert, matched, told_movements(alert, story.movements), names)


async def _choose(
    query: CallbackQuery, context: Context, chat: Chat, case: _Case, chosen: Watch | None
) -> None:
    if chosen is None:
        names = {watch.id: texts.caption(watch, context.chains) for watch in case.matched}
        await rearrange(query, keyboards.which(case.alert.id, names))
    elif not await rearrange(query, keyboards.durations(case.alert.id, chosen.id)):
        await add(query, *await cards.choose_mute(context, chat, chosen, query))


async def _mute(
    query: CallbackQuery,
    context: Context,
    chat: Chat,
    case: _Case,
    watch: Watch | None,
    minutes: int = 0,
) -> str:
    """Mute a watch for so long, 0 for ever; without a watch, end the mutes of all."""
    now = context.clock()
    until = None
    if watch is not None:
        until = now + timedelta(minutes=minutes) if minutes else FOREVER
    async with context.database.write() as connection:
        for one in case.matched if watch is None else [watch]:
            await watches.mute(connection, one.id, until)
    case = await _read(context, chat, case.alert.id)
    await rearrange(query, case.keyboard(context, chat))
    if watch is None or until is None:
        return _("Unmuted")
    return f"{texts.caption(watch, context.chains)}: {muted_words(until, now)}"


async def _watch_side(
    query: CallbackQuery, context: Context, chat: Chat, case: _Case, act: AlertAct
) -> str:
    address = sides(case.alert, case.told, ()).get(act)
    if address is None:
        raise InputError(general.BUTTON_TOO_OLD)
    now, topic = context.clock(), case.alert.topic_id
    async with context.database.write() as connection:
        watch, new = await watch_address(connection, chat, address, None, None, now, topic)
        labels = await as_chat_sees(connection, chat, context.labels, address)
    head = texts.NOW_WATCHING if new else texts.NOTHING_CHANGED
    body = texts.card(watch, chat, context.chains, labels, now)
    await add(query, texts.headed(_(head), body), watch_keyboards.after_watch(watch))
    return _(head)
