"""A chat's list is full: whatever would make a watch says so, and changes nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.watchlist import allow, room_for
from data.errors import InputError
from data.queries import chats
from data.settings import load_settings

if TYPE_CHECKING:
    from tests.integration.bot.conversation import Conversation

VITALIK = "0xd8dA6BF26964aF9D7eEd9e03E53415D37aA96045"
OTHER = "0x" + "12" * 20


@pytest.fixture
async def full(talk: Conversation) -> Conversation:
    settings = load_settings(_env_file=None, watches_per_chat=2)
    object.__setattr__(talk.context, "settings", settings)
    await talk.say(f"/watch {VITALIK}")
    await talk.say("/whales ethereum $5m")
    return talk


@pytest.mark.parametrize("text", [f"/watch {OTHER}", "/whales bsc $5m", "/whales all $5m"])
async def test_a_command_says_that_the_list_is_full(full: Conversation, text: str) -> None:
    before = await full.watches()
    answer = await full.say(text)
    assert "more than the 2 watches" in answer
    assert await full.watches() == before


async def test_a_pasted_address_is_not_watched(full: Conversation) -> None:
    await full.say(OTHER)
    _, notice = await full.tap("Watch it")
    assert "more than the 2 watches" in (notice or "")
    assert len(await full.watches()) == 2


async def test_what_is_there_can_still_be_changed(full: Conversation) -> None:
    assert "changed as you said" in await full.say(f"/watch {VITALIK} $9k")
    await full.say("/whales ethereum $6m")
    await full.say("/unwatch 1")
    assert "Now watching" in await full.say(f"/watch {OTHER}")


async def test_what_was_removed_does_not_come_back_to_a_full_list(full: Conversation) -> None:
    await full.say("/unwatch 1")
    undo = full.keyboard().inline_keyboard[0][0].callback_data or ""
    await full.say(f"/watch {OTHER}")
    _, notice = await full.tap_data(undo)
    assert "more than the 2 watches" in (notice or "")
    assert len(await full.watches()) == 2


async def test_many_at_once_are_told_how_much_room_there_is(full: Conversation) -> None:
    await full.say("/unwatch 1")
    async with full.context.database.write() as connection:
        chat = await chats.get(connection, full.chat)
        assert chat is not None
        await room_for(connection, chat, 1)
        allow(2)
        with pytest.raises(InputError, match="no room for 5 more: of the 2 watches"):
            await room_for(connection, chat, 5)


async def test_what_was_left_out_needs_room_for_what_is_missing_of_it(talk: Conversation) -> None:
    # given an exchange of three wallets in a list of three, left out, and one of them watched again
    settings = load_settings(_env_file=None, watches_per_chat=3)
    object.__setattr__(talk.context, "settings", settings)
    await talk.say("/start")
    await talk.tap("Gemini")
    ticked = button_of(talk, "Gemini")
    before = await talk.watches()
    await talk.tap("✓ Gemini")
    unticked = button_of(talk, "Gemini")
    address = before[0].address
    assert address is not None
    await talk.say(f"/watch 0x{address.hex()}")
    # when it is ticked again, twice
    for _ in range(2):
        _, notice = await talk.tap_data(unticked)
        # then
        assert not notice
        assert {one.address for one in await talk.watches()} == {one.address for one in before}
    # nor do more come back than there is room for
    await talk.tap_data(ticked)
    for other in ("12", "13"):
        await talk.say(f"/watch 0x{other * 20}")
    left = await talk.watches()
    _, notice = await talk.tap_data(unticked)
    assert "more than the 3 watches" in (notice or "")
    assert await talk.watches() == left


def button_of(talk: Conversation, caption: str) -> str:
    every = [button for row in talk.keyboard().inline_keyboard for button in row]
    return next(one.callback_data or "" for one in every if caption in one.text)
