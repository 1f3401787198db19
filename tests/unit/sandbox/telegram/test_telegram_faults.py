"""Faults that can be switched, and what is true behind them."""

import asyncio

import pytest
from aiogram import Bot
from aiogram.exceptions import TelegramNetworkError, TelegramRetryAfter, TelegramServerError

from sandbox.telegram import TelegramSandbox


async def test_the_next_calls_fail_as_told(sandbox: TelegramSandbox, bot: Bot, ada: int):
    sandbox.fail("sendMessage", times=1, code=429, retry_after=7200)
    sandbox.fail("sendMessage", times=1, code=502)

    with pytest.raises(TelegramRetryAfter) as caught:
        await bot.send_message(ada, "x")
    with pytest.raises(TelegramServerError, match="Bad Gateway"):
        await bot.send_message(ada, "x")

    assert caught.value.retry_after == 7200
    assert sandbox.bot_messages(ada) == []
    assert await bot.send_message(ada, "x")
    assert [c.code for c in sandbox.calls("sendMessage")] == [429, 502, 200]


async def test_a_connection_cut_before_leaves_nothing(sandbox: TelegramSandbox, bot: Bot, ada: int):
    sandbox.cut_before("sendMessage")

    with pytest.raises(TelegramNetworkError):
        await bot.send_message(ada, "x")

    assert sandbox.bot_messages(ada) == []


async def test_a_connection_cut_after_leaves_the_message(
    sandbox: TelegramSandbox, bot: Bot, ada: int
):
    sandbox.cut_after("sendMessage")

    with pytest.raises(TelegramNetworkError):
        await bot.send_message(ada, "x")

    assert [m.text for m in sandbox.bot_messages(ada)] == ["x"]
    [call] = sandbox.calls("sendMessage")
    assert (call.code, call.accepted) == (0, True)


async def test_a_held_call_is_accepted_on_release_even_if_its_client_died(
    sandbox: TelegramSandbox, bot: Bot, ada: int
):
    sandbox.hold("sendMessage")
    sending = asyncio.create_task(bot.send_message(ada, "x"))
    await sandbox.wait_for_held()
    assert sandbox.bot_messages(ada) == []
    sending.cancel()
    await asyncio.wait([sending])

    assert sandbox.release() == 1

    [message] = await sandbox.wait_for_messages(ada)
    assert message.text == "x"


async def test_a_held_call_can_be_dropped(sandbox: TelegramSandbox, bot: Bot, ada: int):
    sandbox.hold("sendMessage")
    sending = asyncio.create_task(bot.send_message(ada, "x"))
    await sandbox.wait_for_held()

    sandbox.release(accept=False)

    with pytest.raises(TelegramNetworkError):
        await sending
    assert sandbox.bot_messages(ada) == []
    assert await bot.send_message(ada, "y")


async def test_a_delayed_call_is_accepted_before_it_is_answered(
    sandbox: TelegramSandbox, bot: Bot, ada: int
):
    sandbox.delay(3600, "sendMessage", times=1)
    sending = asyncio.create_task(bot.send_message(ada, "x"))

    await sandbox.wait_for_messages(ada)

    assert not sending.done()
    sending.cancel()
    await asyncio.wait([sending])


async def test_a_server_that_is_down_resets_everything_until_it_comes_up(
    sandbox: TelegramSandbox, bot: Bot, ada: int
):
    polling = asyncio.create_task(bot.get_updates(timeout=30))
    await sandbox.wait_for_polling()

    sandbox.go_down()

    for call in (polling, bot.send_message(ada, "x")):
        with pytest.raises(TelegramNetworkError):
            await call
    sandbox.come_up()
    assert await bot.send_message(ada, "x")
