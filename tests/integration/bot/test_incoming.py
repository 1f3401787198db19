"""Files are loaded up to a size, and what goes wrong is told without the bot's token."""

from __future__ import annotations

import traceback
from typing import TYPE_CHECKING

import pytest
from aiogram import Bot
from aiogram.client.telegram import TelegramAPIServer
from aiogram.types import Document

from bot.incoming import content_of
from bot.session import Session
from data.errors import InputError
from sandbox.telegram import Limits, TelegramSandbox
from sandbox.telegram.parameters import Upload

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

FILE = Document(file_id="f", file_unique_id="f", file_size=3)


class OnlyOnce(dict[str, Upload]):
    """Files that are gone when they are looked for again."""

    def get(self, key: str, default: object = None) -> Upload | None:  # type: ignore[override] # as it is used
        del default
        return self.pop(key, None)


@pytest.fixture
async def telegram() -> AsyncIterator[TelegramSandbox]:
    async with TelegramSandbox(limits=Limits.none()) as running:
        yield running


@pytest.fixture
async def bot(telegram: TelegramSandbox) -> AsyncIterator[Bot]:
    session = Session(api=TelegramAPIServer.from_base(telegram.url))
    async with Bot(telegram.token, session=session).context() as bot:
        yield bot


async def test_a_file_is_loaded(bot: Bot, telegram: TelegramSandbox) -> None:
    telegram.world.files["f"] = Upload("a.csv", b"x" * 200_000)

    assert await content_of(bot, FILE) == b"x" * 200_000


async def test_one_that_is_larger_than_telegram_says_is_refused(
    bot: Bot, telegram: TelegramSandbox
) -> None:
    telegram.world.files["f"] = Upload("a.csv", b"x" * 200_000)

    with pytest.raises(InputError, match="too large"):
        await content_of(bot, FILE, most=100_000)


async def test_what_cannot_be_loaded_is_told_without_the_token(
    bot: Bot, telegram: TelegramSandbox, capsys: pytest.CaptureFixture[str]
) -> None:
    secret = telegram.token.partition(":")[2]
    with pytest.raises(InputError, match="can't load that file") as unknown:
        await content_of(bot, FILE)
    telegram.world.files = OnlyOnce(f=Upload("a.csv", b"x"))
    with pytest.raises(InputError, match="can't load that file") as gone:
        await content_of(bot, FILE)

    told = capsys.readouterr()
    for error in (unknown.value, gone.value):
        assert secret not in "".join(traceback.format_exception(error)) + str(error)
    assert "ClientResponseError" in told.out
    assert secret not in told.out + told.err
