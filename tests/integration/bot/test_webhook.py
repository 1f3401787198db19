"""Webhook mode, between the sandbox's Telegram and the real server."""

from __future__ import annotations

import asyncio
import json
import socket
from contextlib import asynccontextmanager
from dataclasses import replace
from io import BytesIO
from ipaddress import ip_network
from typing import TYPE_CHECKING, Any

import aiohttp
import pytest
import structlog
from aiogram import Bot
from aiogram.client.default import DefaultBotProperties
from aiogram.client.telegram import TelegramAPIServer

from bot.dispatcher import make_dispatcher
from bot.session import Session
from bot.webhook import Webhook
from bot.webhook.doorkeeper import derived_secret
from bot.webhook.webhook import LARGEST_BODY, SECRET_HEADER
from data.errors import ConfigurationError
from data.redis.published import bot_status
from data.redis.webhook import our_webhook, was_handled
from data.settings import load_settings
from sandbox.telegram import Limits, TelegramSandbox
from tests.integration.bot.place import DEADLINE, Place, answering

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from bot.context import Context
    from tests.integration.bot.conversation import Conversation

WALLET = "0x" + "b2" * 20
NOTHING = json.dumps(
    {
        "update_id": 1,
        "edited_message": {"message_id": 1, "date": 1, "chat": {"id": 1, "type": "private"}},
    }
)
"""An update that nobody answers."""


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def context_for(context: Context, telegram: TelegramSandbox, **more: Any) -> Context:
    port = free_port()
    settings = load_settings(
        _env_file=None,
        telegram_api_url=telegram.url,
        webhook_url=f"http://127.0.0.1:{port}/hook",
        webhook_port=port,
        **{"webhook_networks": "127.0.0.1/32", **more},
    )
    return replace(context, settings=settings)


@asynccontextmanager
async def called(
    telegram: TelegramSandbox, context: Context, **more: Any
) -> AsyncIterator[Webhook]:
    """The bot with its webhook, which Telegram knows."""
    session = Session(api=TelegramAPIServer.from_base(telegram.url))
    bot = Bot(telegram.token, session=session, default=DefaultBotProperties(parse_mode="HTML"))
    stopping = asyncio.Event()
    webhook = Webhook(
        bot,
        make_dispatcher(context),
        context.redis,
        context.settings,
        context.clock,
        **{"ask_every": 0.05, "first_wait": 0.05, **more},
    )
    running = asyncio.create_task(webhook.run(stopping))
    try:
        await telegram.wait_for_calls("getWebhookInfo", 1, DEADLINE)
        yield webhook
    finally:
        stopping.set()
        await running
        await session.close()


@pytest.fixture
async def telegram() -> AsyncIterator[TelegramSandbox]:
    async with TelegramSandbox(limits=Limits.none()) as telegram:
        yield telegram


@pytest.fixture
async def hook(telegram: TelegramSandbox, talk: Conversation) -> AsyncIterator[Place]:
    context = context_for(talk.context, telegram)
    owner, member = telegram.create_user("Ada"), telegram.create_user("Bob")
    async with called(telegram, context):
        yield Place(telegram, context, owner, member)


async def post(place: Place, body: BytesIO | str, secret: str | None = None, **headers: str) -> int:
    """What a call is answered with."""
    secret = derived_secret(place.telegram.token) if secret is None else secret
    url = place.context.settings.webhook_url or ""
    async with (
        aiohttp.ClientSession() as session,
        session.post(url, data=body, headers={SECRET_HEADER: secret, **headers}) as response,
    ):
        return response.status


async def test_what_is_written_and_tapped_comes_in(hook: Place) -> None:
    chat = hook.telegram.create_private_chat(hook.owner.id).id

    watched = await hook.say(chat, f"/watch {WALLET}")
    assert "Now watching" in watched.text
    await hook.tap(watched, "Remove", hook.owner)

    assert await hook.watches(chat) == []
    assert hook.telegram.world.updates.queue == []
    info = hook.telegram.world.webhook
    assert info.secret_token == derived_secret(hook.telegram.token)
    assert {"message", "callback_query"} <= (hook.telegram.world.updates.allowed or set())


async def test_within_a_chat_everything_comes_in_order(hook: Place) -> None:
    chat = hook.telegram.create_private_chat(hook.owner.id).id
    for text in (f"/watch {WALLET}", "/threshold 1 $5k", "/unwatch 1", "/list"):
        hook.telegram.send_text(chat, text)

    said = await hook.telegram.wait_for_messages(chat, 4, DEADLINE)

    words = ("Now watching", "alerts from", "No longer", "watch nothing")
    assert [word in one.text for word, one in zip(words, said, strict=True)] == [True] * 4


async def test_what_the_health_check_reads_is_telegrams_answer(hook: Place) -> None:
    async with asyncio.timeout(DEADLINE):
        while (  # noqa: ASYNC110 - Redis announces nothing
            status := await bot_status(hook.context.redis)
        ) is None or not status.username:
            await asyncio.sleep(0.01)

    assert status.username == "spyhop_sandbox_bot"
    assert status.trouble is None


async def test_strangers_the_wrong_secret_and_rubbish_are_refused(hook: Place) -> None:
    update = NOTHING

    assert await post(hook, update) == 200
    assert await post(hook, update, secret="guessed") == 401
    assert await post(hook, update, secret="") == 401
    assert await post(hook, "{") == 400
    assert await post(hook, '{"update_id": "<b>"}') == 400
    assert await post(hook, BytesIO(b"x" * (LARGEST_BODY + 1))) == 413


async def test_only_the_networks_that_may_call_are_let_in(
    telegram: TelegramSandbox, talk: Conversation
) -> None:
    context = context_for(talk.context, telegram, webhook_networks="149.154.160.0/20")
    owner = telegram.create_user("Ada")

    async with called(telegram, context):
        place = Place(telegram, context, owner, owner)
        update = NOTHING
        assert await post(place, update) == 403
        assert await post(place, update, **{"X-Forwarded-For": "149.154.167.220"}) == 403


async def test_a_trusted_proxy_says_who_called(
    telegram: TelegramSandbox, talk: Conversation
) -> None:
    context = context_for(
        talk.context,
        telegram,
        webhook_networks="149.154.160.0/20",
        webhook_trusted_proxies="127.0.0.1",
    )
    owner = telegram.create_user("Ada")

    async with called(telegram, context):
        place = Place(telegram, context, owner, owner)
        update = NOTHING
        assert await post(place, update, **{"X-Forwarded-For": "149.154.167.220"}) == 200
        assert await post(place, update, **{"X-Forwarded-For": "203.0.113.9"}) == 403


async def test_an_update_that_is_brought_again_is_handled_once(hook: Place) -> None:
    chat = hook.telegram.create_private_chat(hook.owner.id).id
    await hook.say(chat, "/help")
    body = {
        "update_id": 9,
        "message": {
            "message_id": 77,
            "date": 1,
            "chat": {"id": chat, "type": "private"},
            "from": {"id": chat, "is_bot": False, "first_name": "Ada"},
            "text": f"/watch {WALLET}",
        },
    }
    text = json.dumps(body)

    answers = await asyncio.gather(*(post(hook, text) for _again in range(3)))
    answers.append(await post(hook, text))

    assert answers == [200] * 4
    assert await was_handled(hook.context.redis, 9)
    (said,) = hook.telegram.bot_messages(chat)[1:]
    assert "Now watching" in said.text


async def test_what_takes_long_is_not_confirmed_before_it_is_done(
    telegram: TelegramSandbox, talk: Conversation, monkeypatch: pytest.MonkeyPatch
) -> None:
    release, begun = asyncio.Event(), asyncio.Event()

    async def slow(*_: Any) -> Any:
        begun.set()
        await release.wait()
        raise RuntimeError

    monkeypatch.setattr("bot.handlers.status.read_health", slow)
    context = context_for(talk.context, telegram)
    chat = telegram.create_private_chat(telegram.create_user("Ada").id).id

    # a traceback with all its values takes seconds to be written out
    with structlog.testing.capture_logs():
        async with called(telegram, context, handle_within=0.05):
            telegram.send_text(chat, "/status")
            telegram.send_text(chat, "/help")
            await asyncio.wait_for(begun.wait(), DEADLINE)
            async with asyncio.timeout(DEADLINE):
                while not telegram.world.webhook.last_error_message:  # noqa: ASYNC110 - it works beside us
                    await asyncio.sleep(0.01)
            assert "503" in telegram.world.webhook.last_error_message
            assert len(telegram.world.updates.queue) == 2
            assert telegram.bot_messages(chat) == []

            release.set()
            said = await telegram.wait_for_messages(chat, 2, DEADLINE)

    assert "went wrong" in said[0].text
    assert "What I understand" in said[1].text


async def test_what_was_written_while_the_bot_was_down_is_answered_afterwards(
    telegram: TelegramSandbox, talk: Conversation
) -> None:
    context = context_for(talk.context, telegram)
    chat = telegram.create_private_chat(telegram.create_user("Ada").id).id
    async with called(telegram, context):
        pass
    telegram.send_text(chat, f"/watch {WALLET}")

    async with called(telegram, context):
        (said,) = await telegram.wait_for_messages(chat, 1, DEADLINE)

    assert "Now watching" in said.text


async def test_a_webhook_that_another_program_took_away_is_set_again(hook: Place) -> None:
    ours = hook.telegram.world.webhook.url
    async with aiohttp.ClientSession() as session:
        await session.post(f"{hook.telegram.url}/bot{hook.telegram.token}/deleteWebhook")

    await hook.telegram.wait_for_calls("setWebhook", 2, DEADLINE)

    assert hook.telegram.world.webhook.url == ours


async def test_polling_takes_back_the_webhook_that_was_ours(
    telegram: TelegramSandbox, talk: Conversation
) -> None:
    context = context_for(talk.context, telegram)
    async with called(telegram, context):
        assert await our_webhook(context.redis) == context.settings.webhook_url
    assert telegram.world.webhook.url

    async with answering(telegram, context):
        assert telegram.world.webhook.url == ""

    assert await our_webhook(context.redis) is None


async def test_polling_leaves_the_webhook_of_another_program_alone(
    telegram: TelegramSandbox, talk: Conversation
) -> None:
    context = context_for(talk.context, telegram)
    async with called(telegram, context):
        pass
    telegram.world.webhook = replace(telegram.world.webhook, url="https://example.org/theirs")

    with structlog.testing.capture_logs() as log, pytest.raises(TimeoutError):
        async with asyncio.timeout(2), answering(telegram, context):
            pass

    assert telegram.world.webhook.url == "https://example.org/theirs"
    assert any("a webhook is set for this bot" in line["event"] for line in log)


async def test_a_port_that_is_taken_is_a_configuration_error(
    telegram: TelegramSandbox, talk: Conversation
) -> None:
    context = context_for(talk.context, telegram)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", context.settings.webhook_port))
        taken.listen()
        webhook = Webhook(talk.bot, talk.dispatcher, context.redis, context.settings, context.clock)
        with pytest.raises(ConfigurationError, match="nothing can listen"):
            await webhook.run(asyncio.Event())


def test_networks_are_read_as_people_write_them() -> None:
    settings = load_settings(_env_file=None, webhook_trusted_proxies="10.0.0.0/8, ::1,192.0.2.1")

    assert settings.webhook_trusted_proxies == (
        ip_network("10.0.0.0/8"), ip_network("::1/128"), ip_network("192.0.2.1/32"),
    )  # fmt: skip
