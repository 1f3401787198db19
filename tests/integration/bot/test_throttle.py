"""Answers and a Telegram that counts: what people are told passes the limiter, and goes first."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from aiogram import Bot
from aiogram.client.telegram import TelegramAPIServer
from aiogram.types import InlineKeyboardButton
from redis.asyncio import Redis

from bot.keyboards.rows import rows_of
from bot.session import Session
from bot.throttle import Throttle
from data.model import Priority
from data.redis.limiter import Limiter, Limits
from sandbox.telegram import TelegramSandbox

# half of what Telegram takes: on a busy machine, what left evenly may arrive in bunches
LIMITS = Limits(bot_per_second=15, chat_per_second=0.9, chat_burst=3, group_per_minute=20)


@pytest.fixture
async def telegram() -> AsyncIterator[TelegramSandbox]:
    async with TelegramSandbox() as running:
        yield running


@pytest.fixture
async def bot(telegram: TelegramSandbox, redis: Redis) -> AsyncIterator[Bot]:
    session = Session(api=TelegramAPIServer.from_base(telegram.url))
    bot = Bot(telegram.token, session=session)
    session.middleware(Throttle(Limiter(redis, LIMITS)))
    yield bot
    await session.close()


def people(telegram: TelegramSandbox, number: int) -> list[int]:
    found = []
    for at in range(number):
        user = telegram.create_user(f"Person {at}")
        telegram.create_private_chat(user.id)
        found.append(user.id)
    return found


async def test_many_answers_at_once_all_arrive_and_telegram_never_complains(
    telegram: TelegramSandbox, bot: Bot
) -> None:
    everybody = people(telegram, 60)
    async with asyncio.timeout(60):
        await asyncio.gather(*[bot.send_message(one, "hello") for one in everybody])
    calls = telegram.calls("sendMessage")
    assert len(calls) == 60
    assert all(call.retry_after is None for call in calls)


async def test_an_answer_is_counted_where_alerts_are(
    telegram: TelegramSandbox, bot: Bot, redis: Redis
) -> None:
    (ada,) = people(telegram, 1)
    for _ in range(3):
        await bot.send_message(ada, "hello")
    wait = await Limiter(redis, LIMITS).take(ada, by_log=False, priority=Priority.WATCH)
    assert wait > 0


async def test_a_keyboard_that_is_rearranged_is_counted_as_well(
    telegram: TelegramSandbox, bot: Bot, redis: Redis
) -> None:
    (ada,) = people(telegram, 1)
    keyboard = rows_of([InlineKeyboardButton(text="x", callback_data="x")])
    sent = await bot.send_message(ada, "hello", reply_markup=keyboard)
    for text in ("y", "z"):
        other = rows_of([InlineKeyboardButton(text=text, callback_data=text)])
        await bot.edit_message_reply_markup(
            chat_id=ada, message_id=sent.message_id, reply_markup=other
        )
    assert await Limiter(redis, LIMITS).take(ada, by_log=False, priority=Priority.WATCH) > 0


async def test_what_telegram_does_not_count_is_not_held_back(
    telegram: TelegramSandbox, bot: Bot, redis: Redis
) -> None:
    (ada,) = people(telegram, 1)
    await Limiter(redis, LIMITS).pause(ada, 3600)
    async with asyncio.timeout(20):
        await bot.send_chat_action(ada, "typing")


async def test_without_redis_an_answer_goes_all_the_same(telegram: TelegramSandbox) -> None:
    (ada,) = people(telegram, 1)
    session = Session(api=TelegramAPIServer.from_base(telegram.url))
    away = Redis.from_url("redis://127.0.0.1:9/0", socket_connect_timeout=1)
    session.middleware(Throttle(Limiter(away, LIMITS)))
    async with Bot(telegram.token, session=session) as bot, asyncio.timeout(30):
        await bot.send_message(ada, "hello")
    await away.aclose()
    assert len(await telegram.wait_for_messages(ada)) == 1
