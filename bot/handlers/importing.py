"""``/import``: a file of watches, shown as what it would change, then taken in whole or not."""

from __future__ import annotations

import asyncio
import secrets
from typing import TYPE_CHECKING

from aiogram import F, Router
from aiogram.filters import Command
from aiogram.fsm.state import State, StatesGroup

from bot.answers import answer, edit, hand_over, put, show
from bot.asking import answers, ask, is_reply, settle
from bot.buttons.importing import ImportButton
from bot.incoming import content_of
from bot.keyboards import importing as keyboards
from bot.languages import _, sentence
from bot.middlewares.lateness import SPEAKS
from bot.places import topic_of
from bot.sheet.lines import Terms
from bot.sheet.load import load
from bot.sheet.plan import Room, planned
from bot.sheet.reading import text_of
from bot.sheet.writing import table_of
from bot.texts import sheet as texts
from bot.watchlist import most_watches
from data.errors import InputError
from data.model import ChatKind
from data.queries import names, watchlists, whole_lists
from data.redis import drafts
from data.redis.drafts import Draft

if TYPE_CHECKING:
    from aiogram import Bot
    from aiogram.fsm.context import FSMContext
    from aiogram.types import CallbackQuery, Document, Message
    from sqlalchemy.ext.asyncio import AsyncConnection

    from bot.context import Context
    from bot.sheet.load import Sheet
    from bot.sheet.plan import Plan
    from data.model import Chat

PROGRESS_EVERY = 2.0
"""Seconds between two edits that tell how far it is: a group has room for few."""
_ENDINGS = (".csv", ".tsv", ".txt")
_KINDS = {"text/csv", "text/plain", "text/tab-separated-values", "application/csv"}
_PASTED = "…"


class Importing(StatesGroup):
    """What is asked for an import."""

    file = State()


def make_router() -> Router:
    """Its handlers."""
    router = Router(name="importing")
    router.message.register(begin, Command("import", ignore_case=True), flags=SPEAKS)
    router.message.register(take_file, Importing.file, F.document, is_reply, flags=SPEAKS)
    router.message.register(take_text, Importing.file, answers, flags=SPEAKS)
    table = (F.chat.type == "private", F.document, looks_like_table)
    router.message.register(take_file, *table, flags=SPEAKS)
    router.callback_query.register(decide, ImportButton.filter())
    return router


def looks_like_table(message: Message) -> bool:
    """Whether a file can only have been sent to be imported."""
    document = message.document
    return document is not None and (
        (document.file_name or "").casefold().endswith(_ENDINGS) or document.mime_type in _KINDS
    )


async def begin(
    message: Message, state: FSMContext, context: Context, chat: Chat, bot: Bot
) -> None:
    """Take the file that the command is a caption of, or an answer to; else ask for one."""
    given = message.reply_to_message
    document = message.document or (given.document if given else None)
    if document is None:
        await ask(message, state, Importing.file, _(texts.HOW_TO_IMPORT))
        return
    await _take(message, document, context, chat, bot)


async def take_file(
    message: Message, state: FSMContext, context: Context, chat: Chat, bot: Bot
) -> None:
    """The file that was asked for, or one that came by itself."""
    document = message.document
    if document is not None and await _take(message, document, context, chat, bot):
        await settle(state)


async def take_text(message: Message, state: FSMContext, context: Context, chat: Chat) -> None:
    """Lines that were pasted instead."""
    said = await answer(message, texts.reading(_PASTED))
    if await _preview(said, message, _PASTED, message.text or "", context, chat):
        await settle(state)


async def _take(
    message: Message, document: Document, context: Context, chat: Chat, bot: Bot
) -> bool:
    name = document.file_name or _PASTED
    said = await answer(message, texts.reading(name))
    try:
        text = text_of(await content_of(bot, document))
    except InputError as error:
        await edit(said, sentence(error))
        return False
    return await _preview(said, message, name, text, context, chat)


async def _preview(
    said: Message, message: Message, name: str, text: str, context: Context, chat: Chat
) -> bool:
    """Show what would change in place of what was said; False where the text is no table."""
    topic = topic_of(message)
    try:
        sheet = await load(text, _terms(context, chat, topic), Progress(said, name))
    except InputError as error:
        await edit(said, sentence(error))
        return False
    async with context.database.read() as connection:
        plan = await _planned(connection, sheet, context, chat)
    keyboard = None
    if not plan.is_empty:
        word = secrets.token_hex(4)
        try:
            await drafts.keep(context.redis, chat.id, Draft(word, name, topic, text))
        except drafts.TooMuch:
            await edit(said, _("That file is too long to wait for your word: send it in parts."))
            return False
        keyboard = keyboards.confirm(word)
    await edit(said, texts.preview(name, sheet, plan, _room()), keyboard)
    problems = texts.problems_of(sheet, plan)
    if len(problems) > texts.PROBLEMS_SHOWN or plan.beyond:
        report = table_of(texts.report(problems, plan))
        await hand_over(message, "errors.csv", report, _("Each line that is left out, and why."))
    return True


async def decide(
    query: CallbackQuery, callback_data: ImportButton, context: Context, chat: Chat
) -> str | None:
    """Import what was shown, as the list is by now; or leave it."""
    word = callback_data.word
    draft = await drafts.kept(context.redis, chat.id, word)
    if draft is None:
        return _(texts.TOO_LATE)
    if not callback_data.go:
        await drafts.drop(context.redis, chat.id, word)
        await show(query, _(texts.LEFT))
        return None
    await put(query, texts.importing())
    sheet = await load(draft.text, _terms(context, chat, draft.topic))
    async with context.database.write() as connection:
        await watchlists.hold(connection, chat.id)
        plan = await _planned(connection, sheet, context, chat)
        await whole_lists.add(connection, plan.new)
        await whole_lists.change(connection, plan.changed)
        await whole_lists.name(connection, chat.id, [*plan.new_names, *plan.changed_names])
    await drafts.drop(context.redis, chat.id, word)
    await show(query, texts.done(plan))
    return None


class Progress:
    """Tells in one message how far a file is read, now and then."""

    def __init__(self, said: Message, name: str) -> None:
        self._said = said
        self._name = name
        self._told_at = asyncio.get_running_loop().time()

    async def __call__(self, count: int) -> None:
        """So many lines so far."""
        now = asyncio.get_running_loop().time()
        if now - self._told_at >= PROGRESS_EVERY:
            self._told_at = now
            await edit(self._said, texts.progress(self._name, count))


async def _planned(connection: AsyncConnection, sheet: Sheet, context: Context, chat: Chat) -> Plan:
    watches = await whole_lists.read(connection, chat.id)
    known = await names.of_chat(connection, chat.id)
    return await planned(sheet.lines, watches, known, _room(), chat.id, context.clock())


def _terms(context: Context, chat: Chat, topic: int) -> Terms:
    has_topics = chat.kind is ChatKind.SUPERGROUP
    return Terms(context.chains, context.settings.known_chains, has_topics, topic)


def _room() -> Room:
    return Room(most_watches(), names.MOST_PER_CHAT)
