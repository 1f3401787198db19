"""The same verbs over HTTP, and the sandbox as a process of its own."""

import asyncio
import json
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
from aiogram import Bot
from aiogram.types import BufferedInputFile, InlineKeyboardButton, InlineKeyboardMarkup

from sandbox.telegram import Message, TelegramClient, TelegramSandbox
from sandbox.telegram import client as client_module
from sandbox.telegram.control import VERBS
from sandbox.telegram.errors import NotSeen, SandboxError

ROOT = Path(client_module.__file__).parents[2]


@pytest.fixture
async def client(sandbox: TelegramSandbox) -> AsyncIterator[TelegramClient]:
    async with TelegramClient(sandbox.url) as client:
        yield client


def test_the_client_has_every_verb():
    missing = [verb for verb in VERBS if not hasattr(TelegramClient, verb)]

    assert missing == ["state", "wait_for_event"]


async def test_a_conversation_over_http(sandbox: TelegramSandbox, client: TelegramClient, bot: Bot):
    user = await client.create_user("Ada")
    chat = await client.create_private_chat(user.id)
    await client.send_text(chat.id, "/start", date=1_700_000_000.0)
    key = InlineKeyboardButton(text="Mute", callback_data="mute")
    await bot.send_message(
        chat.id, "<b>Hi</b>", parse_mode="HTML",
        reply_markup=InlineKeyboardMarkup(inline_keyboard=[[key]]),
    )  # fmt: skip

    [answer] = await client.wait_for_messages(chat.id, containing="Hi")
    tap = await client.tap(chat.id, answer.message_id, text="Mute")
    await bot.answer_callback_query(tap.id, text="done")

    assert (await client.wait_for_answer(tap.id)).answer_text == "done"
    assert await client.messages(chat.id) == sandbox.messages(chat.id)
    assert await client.chats() == sandbox.chats()
    assert await client.calls("sendMessage") == sandbox.calls("sendMessage")
    assert (await client.counts())["unanswered_callbacks"] == 0


async def test_places_and_trouble_over_http(
    sandbox: TelegramSandbox, client: TelegramClient, ada: int
):
    forum = await client.create_supergroup("Desk", (ada,), topics=("Ethereum",))
    [topic] = forum.topics
    assert (await client.close_topic(forum.id, topic)).state == "closed"
    group = await client.create_group("g", (ada,))
    assert (await client.migrate(group.id)).migrated_from == group.id
    assert (await client.kick_bot(forum.id)).bot_status == "kicked"

    await client.go_down()
    assert sandbox.world.faults.down
    await client.clear_faults()
    assert not sandbox.world.faults.down


async def test_misuse_is_a_clear_sentence(client: TelegramClient, ada: int):
    with pytest.raises(SandboxError, match="There is no chat 5"):
        await client.send_text(5, "x")
    with pytest.raises(SandboxError, match="There is no message 7"):
        await client.tap(ada, 7, button=0)
    with pytest.raises(SandboxError, match="Expected `int`"):
        await client.verb("send_text", object, chat_id="x", text="y")
    with pytest.raises(SandboxError, match="There is no verb"):
        await client.verb("drop_tables", object)


async def test_a_wait_in_vain_says_what_there_was(client: TelegramClient, bot: Bot, ada: int):
    await bot.send_message(ada, "something else")

    with pytest.raises(NotSeen, match="something else"):
        await client.wait_for_messages(ada, containing="whale", timeout=0.05)
    with pytest.raises(NotSeen, match="something else"):
        await client.wait_for_messages(ada, predicate=lambda m: "whale" in m.text, timeout=0.05)


async def test_a_predicate_is_tried_until_it_holds(client: TelegramClient, bot: Bot, ada: int):
    sent = await bot.send_message(ada, "first")
    waiting = asyncio.create_task(client.wait_for_messages(ada, predicate=lambda m: m.edited))

    await bot.edit_message_text("second", chat_id=ada, message_id=sent.message_id)

    [message] = await waiting
    assert message.text == "second"


async def test_the_stream_tells_messages_and_edits_live(client: TelegramClient, bot: Bot, ada: int):
    before = await bot.send_message(ada, "before")
    seen: list[Message] = []

    async def follow() -> None:
        async for message in client.stream(from_start=True):
            seen.append(message)
            if len(seen) == 3:
                return

    following = asyncio.create_task(follow())
    await bot.edit_message_text("edited", chat_id=ada, message_id=before.message_id)
    await bot.send_message(ada, "🐋 " * 1000)

    await asyncio.wait_for(following, 10)
    assert [m.text[:6] for m in seen] == ["before", "edited", "🐋 🐋 🐋 "]


async def test_a_foreign_page_cannot_post(sandbox: TelegramSandbox, http: aiohttp.ClientSession):
    url = f"{sandbox.url}/sandbox/create_user"

    async with http.post(url, data='{"first_name": "Eve"}') as response:
        assert response.status == 415
    assert [u.first_name for u in sandbox.users()] == ["Spyhop"]


async def test_pictures_are_shown_and_everything_else_is_a_download(
    sandbox: TelegramSandbox, http: aiohttp.ClientSession, bot: Bot, ada: int
):
    picture = BufferedInputFile(b"\x89PNG\r\n\x1a\n...", "chart.png")
    script = BufferedInputFile(b"<script>alert(1)</script>", "page.html")
    await bot.send_photo(ada, picture)
    await bot.send_document(ada, script)

    kinds = []
    for message in sandbox.bot_messages(ada):
        async with http.get(f"{sandbox.url}/sandbox/files/{message.media.file_id}") as response:
            kinds.append((response.content_type, response.headers["Content-Disposition"]))

    assert kinds == [("image/png", "inline"), ("application/octet-stream", "attachment")]


async def test_the_page_is_served_with_a_strict_policy(
    sandbox: TelegramSandbox, http: aiohttp.ClientSession
):
    async with http.get(sandbox.page_url) as response:
        body = await response.text()
    assert "script-src 'self'" in response.headers["Content-Security-Policy"]
    assert "http://" not in body.replace("http://www.w3.org", "")
    for name in ("chat.js", "api.js", "text.js", "bubble.js", "offers.js", "chat.css", "icon.svg"):
        async with http.get(f"{sandbox.url}/page/{name}") as response:
            assert response.status == 200
    for path in ("/page/../server.py", "/page/chat.py", "/elsewhere"):
        async with http.get(f"{sandbox.url}{path}") as response:
            assert response.status == 404


async def test_the_process_says_where_it_listens_and_ends_on_a_signal():
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "sandbox.telegram", "--token", "42:secret", "--sample",
        stdout=asyncio.subprocess.PIPE, cwd=ROOT,
    )  # fmt: skip
    try:
        ready = json.loads(await asyncio.wait_for(process.stdout.readline(), 30))
        async with TelegramClient(ready["url"]) as client:
            assert len(await client.chats()) == 4
        async with (
            aiohttp.ClientSession() as http,
            http.get(f"{ready['url']}/bot42:secret/getMe") as r,
        ):
            assert (await r.json())["result"]["id"] == 42
    finally:
        process.send_signal(signal.SIGTERM)
        code = await asyncio.wait_for(process.wait(), 30)
    assert code == 0
