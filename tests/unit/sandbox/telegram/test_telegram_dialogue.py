"""A real aiogram bot holds a conversation through the sandbox."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from aiogram import Bot, Dispatcher, F
from aiogram.exceptions import TelegramConflictError
from aiogram.filters import Command
from aiogram.types import (
    BotCommand,
    BotCommandScopeAllPrivateChats,
    BufferedInputFile,
    CallbackQuery,
    ChatMemberUpdated,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    Message,
)

from sandbox.telegram import TelegramSandbox


@asynccontextmanager
async def polling(dispatcher: Dispatcher, bot: Bot) -> AsyncIterator[None]:
    task = asyncio.create_task(
        dispatcher.start_polling(bot, handle_signals=False, close_bot_session=False)
    )
    try:
        yield
    finally:
        await dispatcher.stop_polling()
        await task


def keyboard(**buttons: str) -> InlineKeyboardMarkup:
    row = [InlineKeyboardButton(text=text, callback_data=data) for text, data in buttons.items()]
    return InlineKeyboardMarkup(inline_keyboard=[row])


async def test_a_polling_bot_answers_a_command(sandbox: TelegramSandbox, bot: Bot, ada: int):
    dispatcher = Dispatcher()

    @dispatcher.message(Command("start"))
    async def start(message: Message) -> None:
        await message.answer(f"Hello, <b>{message.from_user.first_name}</b>", parse_mode="HTML")

    async with polling(dispatcher, bot):
        sandbox.send_text(ada, "/start")
        [answer] = await sandbox.wait_for_messages(ada)

    assert answer.text == "Hello, Ada"
    assert [(e.type, e.offset, e.length) for e in answer.entities] == [("bold", 7, 3)]


async def test_a_tap_reaches_the_bot_and_its_answer_the_person(
    sandbox: TelegramSandbox, bot: Bot, ada: int
):
    dispatcher = Dispatcher()

    @dispatcher.callback_query(F.data == "mute:1h")
    async def mute(query: CallbackQuery) -> None:
        await query.message.edit_text("Muted")
        await query.answer("Quiet for an hour", show_alert=True)

    sent = await bot.send_message(ada, "An alert", reply_markup=keyboard(Mute="mute:1h"))
    async with polling(dispatcher, bot):
        tap = sandbox.tap(ada, sent.message_id, text="Mute")
        assert sandbox.unanswered_callbacks() == [tap]
        answered = await sandbox.wait_for_answer(tap.id)

    assert (answered.answer_text, answered.show_alert) == ("Quiet for an hour", True)
    assert sandbox.unanswered_callbacks() == []
    [message] = sandbox.bot_messages(ada)
    assert [r.text for r in message.revisions] == ["An alert", "Muted"]
    assert message.reply_markup is None


async def test_a_second_poller_ends_the_first_with_409(sandbox: TelegramSandbox, bot: Bot):
    first = asyncio.create_task(bot.get_updates(timeout=30))
    await sandbox.wait_for_polling()

    second = asyncio.create_task(bot.get_updates(timeout=1))

    with pytest.raises(TelegramConflictError, match="terminated by other getUpdates request"):
        await first
    assert await second == []


async def test_a_poll_whose_client_died_is_forgotten(sandbox: TelegramSandbox, bot: Bot):
    poll = asyncio.create_task(bot.get_updates(timeout=30))
    await sandbox.wait_for_polling()

    poll.cancel()
    await asyncio.wait([poll])

    assert await sandbox.world.events.until(lambda: not sandbox.world.updates.being_polled, 10)


async def test_updates_come_again_until_they_are_confirmed(
    sandbox: TelegramSandbox, bot: Bot, ada: int
):
    sandbox.send_text(ada, "one")
    sandbox.send_text(ada, "two")

    first = await bot.get_updates(limit=1)
    again = await bot.get_updates()
    rest = await bot.get_updates(offset=first[0].update_id + 1)
    last = await bot.get_updates(offset=-1)

    assert [u.message.text for u in first] == ["one"]
    assert [u.message.text for u in again] == ["one", "two"]
    assert [u.message.text for u in rest] == ["two"]
    assert [u.message.text for u in last] == ["two"]
    assert await bot.get_updates(offset=last[0].update_id + 1) == []


async def test_only_kinds_that_were_asked_for_are_queued(
    sandbox: TelegramSandbox, bot: Bot, ada: int
):
    await bot.get_updates(allowed_updates=["my_chat_member"])

    sandbox.send_text(ada, "unheard")
    sandbox.block_bot(ada)

    [update] = await bot.get_updates()
    assert isinstance(update.my_chat_member, ChatMemberUpdated)
    assert update.my_chat_member.new_chat_member.status == "kicked"


async def test_a_webhook_excludes_polling(bot: Bot):
    await bot.set_webhook("https://example.org/hook")

    assert (await bot.get_webhook_info()).url == "https://example.org/hook"
    with pytest.raises(TelegramConflictError, match="while webhook is active"):
        await bot.get_updates()

    await bot.delete_webhook()
    assert await bot.get_updates() == []


async def test_commands_are_kept_by_scope_and_language(
    sandbox: TelegramSandbox, bot: Bot, ada: int
):
    await bot.set_my_commands([BotCommand(command="help", description="All commands")])
    private = BotCommandScopeAllPrivateChats()
    watch = [BotCommand(command="watch", description="Follow a wallet")]
    await bot.set_my_commands(watch, scope=private)
    german = [BotCommand(command="watch", description="Einer Adresse folgen")]
    await bot.set_my_commands(german, scope=private, language_code="de")

    assert [c.command for c in await bot.get_my_commands()] == ["help"]
    [spoken] = await bot.get_my_commands(scope=private, language_code="de")
    assert spoken.description == "Einer Adresse folgen"
    assert [c.description for c in sandbox.offered_commands(ada)] == ["Follow a wallet"]
    await bot.delete_my_commands(scope=private)
    assert [c.command for c in sandbox.offered_commands(ada)] == ["help"]


async def test_an_old_message_keeps_its_date(sandbox: TelegramSandbox, bot: Bot, ada: int):
    sandbox.send_text(ada, "/mute 1h", date=1_700_000_000)

    [update] = await bot.get_updates()

    assert update.message.date.timestamp() == 1_700_000_000


async def test_a_document_is_kept_with_its_name(sandbox: TelegramSandbox, bot: Bot, ada: int):
    file = BufferedInputFile(b"a,b\n1,2\n", filename="alerts.csv")

    sent = await bot.send_document(ada, file, caption="<i>History</i>", parse_mode="HTML")

    assert (sent.document.file_name, sent.document.file_size) == ("alerts.csv", 8)
    assert sent.caption == "History"
    [message] = sandbox.bot_messages(ada)
    assert sandbox.world.files[message.media.file_id].content == b"a,b\n1,2\n"


async def test_a_bot_hears_in_a_group_only_what_concerns_it(sandbox: TelegramSandbox, bot: Bot):
    joan = sandbox.create_user("Joan")
    group = sandbox.create_group("Investors", (joan.id,))
    said = await bot.send_message(group.id, "Here I am")

    sandbox.send_text(group.id, "just talking")
    sandbox.send_text(group.id, "/list")
    sandbox.send_text(group.id, "/list@another_bot")
    sandbox.send_text(group.id, "what was that?", reply_to=said.message_id)
    sandbox.set_bot_status(group.id, "administrator")
    sandbox.send_text(group.id, "now it listens")

    heard = [u.message.text for u in await bot.get_updates() if u.message]
    assert heard == ["/list", "what was that?", "now it listens"]


async def test_chats_and_members_can_be_asked_for(sandbox: TelegramSandbox, bot: Bot, ada: int):
    joan = sandbox.create_user("Joan")
    group = sandbox.create_supergroup("Desk", (ada, joan.id), topics=("Ethereum",))

    assert (await bot.get_chat(group.id)).is_forum is True
    assert (await bot.get_chat(ada)).first_name == "Ada"
    assert [a.user.id for a in await bot.get_chat_administrators(group.id)] == [ada]
    assert (await bot.get_chat_member(group.id, joan.id)).status == "member"
    assert (await bot.get_chat_member(group.id, bot.id)).status == "member"
    assert (await bot.get_me()).username == "spyhop_sandbox_bot"


async def test_every_status_of_a_member_is_one_that_aiogram_knows(
    sandbox: TelegramSandbox, bot: Bot, ada: int
):
    group = sandbox.create_supergroup("Desk", (ada,))
    for status in ("administrator", "member", "restricted", "left", "kicked", "creator"):
        sandbox.set_member_status(group.id, ada, status)
        assert (await bot.get_chat_member(group.id, ada)).status == status
