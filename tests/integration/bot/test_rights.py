"""Who administers a chat, where Telegram does not tell of its members."""

from __future__ import annotations

from typing import Any

import pytest
from aiogram import Bot
from aiogram.exceptions import TelegramBadRequest
from aiogram.methods import GetChatAdministrators, GetChatMember, TelegramMethod
from aiogram.types import ChatMemberOwner, User
from redis.asyncio import Redis

from bot.rights import is_administrator
from tests.integration.bot.conversation import Recording

GROUP, OWNER, MEMBER = -100_7, 7, 8


class Hidden(Recording):
    """A group that hides its members; ``gone``: the bot is in there no more."""

    gone = False

    async def make_request(
        self, bot: Bot, method: TelegramMethod[Any], timeout: int | None = None
    ) -> Any:
        if isinstance(method, GetChatMember):
            raise TelegramBadRequest(method=method, message="member list is inaccessible")
        if isinstance(method, GetChatAdministrators) and self.gone:
            raise TelegramBadRequest(method=method, message="chat not found")
        assert isinstance(method, GetChatAdministrators)
        owner = User(id=OWNER, is_bot=False, first_name="Ada")
        return [ChatMemberOwner(status="creator", user=owner, is_anonymous=False)]


@pytest.fixture
def bot() -> Bot:
    return Bot("123456789:" + "A" * 35, session=Hidden())


async def test_a_group_that_hides_its_members_tells_of_its_administrators(
    bot: Bot, redis: Redis
) -> None:
    assert await is_administrator(bot, redis, GROUP, OWNER)
    assert not await is_administrator(bot, redis, GROUP, MEMBER)


async def test_nobody_administers_a_chat_that_is_gone(bot: Bot, redis: Redis) -> None:
    assert isinstance(bot.session, Hidden)
    bot.session.gone = True

    assert not await is_administrator(bot, redis, GROUP, OWNER)
