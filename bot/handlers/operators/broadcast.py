"""``/broadcast``: an operator tells everybody something, after having seen it as they will."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog
from aiogram import F, Router
from aiogram.filters import Command
from aiogram.fsm.state import State, StatesGroup

from bot.answers import add, answer, show
from bot.asking import answers, ask, settle
from bot.buttons.operators import BroadcastAct, BroadcastButton, Desk, DeskButton
from bot.keyboards import operators as keyboards
from bot.languages import _
from bot.middlewares.introduction import PERSONAL
from bot.texts import operators as texts
from data.errors import InputError
from data.model import BroadcastState
from data.queries import broadcasts
from data.redis.wake import BROADCASTS, wake

if TYPE_CHECKING:
    from aiogram.fsm.context import FSMContext
    from aiogram.types import CallbackQuery, Message

    from bot.context import Context
    from data.model import Broadcast

_log = structlog.get_logger(__name__)


class Question(StatesGroup):
    """What an operator may have been asked."""

    text = State()


def make_router() -> Router:
    """Its handlers."""
    router = Router(name="broadcast")
    router.message.register(begin, Command("broadcast", ignore_case=True), flags=PERSONAL)
    chosen = DeskButton.filter(F.screen == Desk.BROADCAST)
    router.callback_query.register(begin, chosen, flags=PERSONAL)
    router.message.register(preview, Question.text, answers, flags=PERSONAL)
    acts = {
        BroadcastAct.SEND: send,
        BroadcastAct.SELF: to_myself,
        BroadcastAct.CANCEL: cancel,
        BroadcastAct.STOP: stop,
    }
    for act, handler in acts.items():
        of_act = BroadcastButton.filter(F.act == act)
        router.callback_query.register(handler, of_act, flags=PERSONAL)
    return router


async def begin(event: Message | CallbackQuery, state: FSMContext) -> None:
    """Ask for the text."""
    await ask(event, state, Question.text, _(texts.ASK_TEXT))


async def preview(message: Message, context: Context, state: FSMContext) -> None:
    """Show it as everybody gets it, and below whom it goes to."""
    async with context.database.write() as connection:
        draft = await broadcasts.draft(
            connection, message.chat.id, message.html_text, context.clock()
        )
        reach = await broadcasts.reach(connection)
    await settle(state)
    await answer(message, draft.html)
    await answer(message, texts.reach(reach), keyboards.preview(draft.id))


async def send(query: CallbackQuery, callback_data: BroadcastButton, context: Context) -> None:
    """Tell everybody; the message under which that was tapped tells how far it is."""
    draft = await _own(context, query, callback_data.id)
    if query.message is None:
        raise InputError(texts.NOT_A_DRAFT)
    now = context.clock()
    async with context.database.write() as connection:
        begun = await broadcasts.begin(connection, draft.id, query.message.message_id, now)
    if begun:
        _log.info("broadcast begun", broadcast=draft.id, by=query.from_user.id)
        await wake(context.redis, BROADCASTS)
    await _show_progress(query, context, draft.id)


async def to_myself(query: CallbackQuery, callback_data: BroadcastButton, context: Context) -> str:
    """Tell only who asks."""
    draft = await _own(context, query, callback_data.id)
    await add(query, draft.html)
    return _(texts.SENT_TO_YOU)


async def cancel(query: CallbackQuery, callback_data: BroadcastButton, context: Context) -> None:
    """Tell nobody."""
    draft = await _own(context, query, callback_data.id)
    async with context.database.write() as connection:
        cancelled = await broadcasts.end(
            connection, draft.id, BroadcastState.CANCELLED, context.clock()
        )
    if not cancelled and draft.state is not BroadcastState.CANCELLED:
        raise InputError(texts.NOT_A_DRAFT)
    await show(query, _("All right, nothing was sent."))


async def stop(query: CallbackQuery, callback_data: BroadcastButton, context: Context) -> None:
    """Tell nobody more; what is on its way just now still arrives."""
    sent = await _own(context, query, callback_data.id)
    async with context.database.write() as connection:
        stopped = await broadcasts.end(connection, sent.id, BroadcastState.STOPPED, context.clock())
    if stopped:
        _log.info("broadcast stopped", broadcast=sent.id, by=query.from_user.id)
        await wake(context.redis, BROADCASTS)
    await _show_progress(query, context, sent.id)


async def _own(context: Context, query: CallbackQuery, broadcast_id: int) -> Broadcast:
    """The broadcast of whoever taps. Raises InputError when it is forgotten, or another's."""
    async with context.database.read() as connection:
        found = await broadcasts.get(connection, broadcast_id)
    if found is None or found.chat_id != query.from_user.id:
        raise InputError(texts.NOT_A_DRAFT)
    return found


async def _show_progress(query: CallbackQuery, context: Context, broadcast_id: int) -> None:
    async with context.database.read() as connection:
        found = await broadcasts.get(connection, broadcast_id)
        counts = await broadcasts.counts(connection, broadcast_id)
    if found is None or found.state in {BroadcastState.DRAFT, BroadcastState.CANCELLED}:
        raise InputError(texts.NOT_A_DRAFT)
    going = found.state is BroadcastState.SENDING
    keyboard = keyboards.progress(found.id) if going else None
    await show(query, texts.progress(found, counts, context.clock()), keyboard)
