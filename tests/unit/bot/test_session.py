"""The session: what Telegram answers is checked by a model that is built once."""

from __future__ import annotations

import gc
import weakref
from typing import Any

from aiogram import Bot
from aiogram.methods import TelegramMethod

from bot.session import Session


async def test_the_model_of_an_answer_is_not_forgotten() -> None:
    class Ask(TelegramMethod[dict[str, int]]):
        __returning__ = dict[str, int]
        __api_method__ = "ask"

    def model() -> weakref.ref[type[Any]]:
        answer = session.check_response(bot, Ask(), 200, '{"ok": true, "result": {"n": 1}}')
        assert answer.result == {"n": 1}
        return weakref.ref(type(answer))

    session = Session()
    bot = Bot("123456789:" + "x" * 35, session=session)
    first = model()
    gc.collect()

    assert first() is not None
    assert model()() is first()
