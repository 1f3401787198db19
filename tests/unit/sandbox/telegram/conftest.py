"""A sandbox that really listens, a real aiogram bot in front of it, and people."""

from collections.abc import AsyncIterator

import aiohttp
import pytest
from aiogram import Bot
from aiogram.client.telegram import TelegramAPIServer

from bot.session import Session
from sandbox.telegram import Limits, ManualClock, TelegramSandbox
from tests.bots import made_quickly  # noqa: F401 - a fixture


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def limits() -> Limits:
    return Limits()


@pytest.fixture
async def sandbox(clock: ManualClock, limits: Limits) -> AsyncIterator[TelegramSandbox]:
    async with TelegramSandbox(limits=limits, clock=clock) as running:
        yield running


def bot_of(sandbox: TelegramSandbox, token: str | None = None) -> Bot:
    session = Session(api=TelegramAPIServer.from_base(sandbox.url))
    return Bot(token or sandbox.token, session=session)


@pytest.fixture
async def bot(sandbox: TelegramSandbox) -> AsyncIterator[Bot]:
    bot = bot_of(sandbox)
    yield bot
    await bot.session.close()


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.fixture
def ada(sandbox: TelegramSandbox) -> int:
    """Somebody who opened the bot; the id of the person and of their chat."""
    user = sandbox.create_user("Ada", "Lovelace", "ada")
    sandbox.create_private_chat(user.id)
    return user.id
