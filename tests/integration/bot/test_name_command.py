"""/name and /names: what a chat calls addresses."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from data.model import ChatName
from data.queries import names

if TYPE_CHECKING:
    from tests.integration.bot.conversation import Conversation

BINANCE = "0x28C6c06298d514Db089934071355E5743bf21d60"
STRANGER = "0x8C8D7C46219D9205f056f28fee5950aD564d7465"
FTX = "0xC098B2a3Aa256D2140208C3de6543aAEf5cd3A94"


async def names_of(talk: Conversation) -> list[ChatName]:
    async with talk.context.database.read() as connection:
        return await names.of_chat(connection, talk.chat)


def raw(address: str) -> bytes:
    return bytes.fromhex(address[2:])


async def test_says_how_it_is_done(talk: Conversation) -> None:
    assert "/name 0x" in await talk.say("/name")
    assert "You have named no address yet" in await talk.say("/names")


async def test_an_address_is_named_renamed_and_forgotten(talk: Conversation) -> None:
    said = await talk.say(f"/name {STRANGER} Cold   wallet")
    assert ">0x8C8D…7465</a> <b>Cold wallet</b> now." in said
    assert await names_of(talk) == [ChatName(None, raw(STRANGER), "Cold wallet")]

    await talk.say(f"/Name {STRANGER.lower()} Hot wallet")
    assert await names_of(talk) == [ChatName(None, raw(STRANGER), "Hot wallet")]

    assert "<b>Hot wallet</b>" in await talk.say(f"/name {STRANGER} -")
    assert await names_of(talk) == []
    assert "given that address no name" in await talk.say(f"/name {STRANGER} -")


async def test_what_others_call_it_is_told_too(talk: Conversation) -> None:
    said = await talk.say(f"/name {BINANCE} Their hot one")
    assert "Others know it as Binance 14 · exchange" in said

    assert ">Binance 14</a> <b>Their hot one</b>" in await talk.say(f"/name {BINANCE} —")


async def test_a_name_may_hold_on_one_chain_only(talk: Conversation) -> None:
    await talk.say(f"/name {STRANGER} Everywhere")
    assert "<b>There</b> on BNB Smart Chain now" in await talk.say(f"/name BNB {STRANGER} There")
    await talk.say(f"/name all {STRANGER} Anywhere")
    assert await names_of(talk) == [
        ChatName(None, raw(STRANGER), "Anywhere"),
        ChatName("bsc", raw(STRANGER), "There"),
    ]

    shown = await talk.say(f"/name {STRANGER}")
    assert "You call it <b>Anywhere</b> on Ethereum\nYou call it <b>There</b> on BNB" in shown

    await talk.say(f"/name bsc {STRANGER} -")
    assert await names_of(talk) == [ChatName(None, raw(STRANGER), "Anywhere")]


async def test_is_forgotten_by_button_on_every_chain(talk: Conversation) -> None:
    await talk.say(f"/name {STRANGER} One")
    await talk.say(f"/name bsc {STRANGER} Other")

    shown, notice = await talk.tap("Forget them")
    assert "<b>One</b> and <b>Other</b>" in shown or "<b>Other</b> and <b>One</b>" in shown
    assert notice == "Forgotten"
    assert await names_of(talk) == []
    nothing, notice = await talk.tap("Forget them")
    assert nothing == ""
    assert notice is not None
    assert "given that address no name" in notice


async def test_all_names_are_listed_page_by_page(talk: Conversation) -> None:
    for number in range(9):
        await talk.say(f"/name 0x{number:040x} Wallet {number}")
    await talk.say(f"/name bsc {STRANGER} &lt;A <b>bold</b> one")

    text = await talk.say("/names")
    assert "<b>Your names</b> (10)" in text
    assert "<b>&amp;lt;A &lt;b&gt;bold&lt;/b&gt; one</b>" in text
    assert "on BNB Smart Chain" in text
    assert "Wallet 7" not in text

    text, _ = await talk.tap("Next")
    assert "Wallet 7" in text
    text, _ = await talk.tap("Wallet 8")
    assert "You call it <b>Wallet 8</b>" in text
    text, _ = await talk.tap("Names")
    assert "(10)" in text


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("/name Cold wallet", "“Cold” is no address"),
        (f"/name Cold wallet {STRANGER}", "The address comes first"),
        (f"/name mars {STRANGER} X", "no chain called “mars”"),
        (f"/name {STRANGER[:-1]} X", "39 characters"),
        (f"/name {BINANCE[:-2]}6O X", "isn't so"),
        (f"/name {STRANGER} \u202e\u200b", "can be seen"),
        ("/name vitalik.eth Vitalik", "not supported"),
    ],
)
async def test_what_is_not_understood_changes_nothing(
    talk: Conversation, text: str, told: str
) -> None:
    assert told in await talk.say(text)
    assert await names_of(talk) == []


async def test_names_are_cleaned_and_bounded(talk: Conversation) -> None:
    await talk.say(f"/name {STRANGER} \u202eevil\x00 {'x' * 200}")

    ((name),) = await names_of(talk)
    assert name.name.startswith("evil xxx")
    assert len(name.name) == 64


async def test_there_is_an_end_to_names(talk: Conversation) -> None:
    await talk.say("/start")
    async with talk.context.database.write() as connection:
        for number in range(names.MOST_PER_CHAT):
            one = ChatName(None, number.to_bytes(20, "big"), "x")
            assert await names.give(connection, talk.chat, one)

    assert "500 names" in await talk.say(f"/name {STRANGER} One more")
    assert "<b>y</b>" in await talk.say(f"/name 0x{1:040x} y")


async def test_a_pasted_or_watched_address_shows_what_it_is_called(talk: Conversation) -> None:
    assert "Known as Binance 14 · exchange" in await talk.say(BINANCE)
    assert "Known as FTX 2 · exchange · defunct" in await talk.say(FTX)
    await talk.say(f"/name {BINANCE} Their hot one")

    assert "You call it <b>Their hot one</b>\nKnown as Binance 14" in await talk.say(BINANCE)
    assert "You call it <b>Their hot one</b>" in await talk.say(f"/watch {BINANCE}")
    assert "You call it <b>Their hot one</b>" in await talk.say(BINANCE)
    await talk.tap("Threshold")
    shown, _ = await talk.tap("$1M")
    assert "You call it <b>Their hot one</b>" in shown


async def test_the_watchlist_uses_the_name_where_the_watch_has_no_label(talk: Conversation) -> None:
    await talk.say(f"/watch {BINANCE}")
    await talk.say(f"/watch {STRANGER} A label")
    await talk.say(f"/name {BINANCE} Their hot one")
    await talk.say(f"/name {STRANGER} Not this")

    text = await talk.say("/list")
    assert "<b>1.</b> Their hot one <a" in text
    assert "A label" in text
    assert "Not this" not in text
    assert [watch.label for watch in await talk.watches()] == [None, "A label"]
