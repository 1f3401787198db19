"""/watch, /unwatch, /list and the buttons of a watch."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from bot.buttons.watch import Act, WatchButton
from data.model import UnitThreshold, UsdThreshold
from data.queries import chats, watches

if TYPE_CHECKING:
    from tests.integration.bot.conversation import Conversation

VITALIK = "0xd8dA6BF26964aF9D7eEd9e03E53415D37aA96045"
OTHER = "0x" + "12" * 20


async def test_watch_takes_address_threshold_and_label(talk: Conversation) -> None:
    text = await talk.say(f"/watch {VITALIK} $250k <b>Vitalik</b>")

    (watch,) = await talk.watches()
    assert watch.address == bytes.fromhex(VITALIK[2:])
    assert watch.threshold == UsdThreshold(Decimal(250_000))
    assert watch.label == "<b>Vitalik</b>"
    assert watch.chain is None
    assert "&lt;b&gt;Vitalik&lt;/b&gt;" in text
    assert VITALIK in text
    assert "$250,000" in text


async def test_watch_shows_what_a_unit_means(talk: Conversation) -> None:
    text = await talk.say(f"/watch {VITALIK} 50 ETH")

    (watch,) = await talk.watches()
    assert isinstance(watch.threshold, UnitThreshold)
    assert "50 ETH" in text
    assert "ETH and WETH on Ethereum, ETH on BNB Smart Chain" in text


async def test_watch_without_threshold_takes_the_chats_default(talk: Conversation) -> None:
    text = await talk.say(f"/watch {VITALIK}")

    (watch,) = await talk.watches()
    assert watch.threshold is None
    assert "$100,000 (this chat's default)" in text


async def test_watching_twice_changes_what_was_said_anew(talk: Conversation) -> None:
    await talk.say(f"/watch {VITALIK} $1m Vitalik")

    same = await talk.say(f"/watch {VITALIK}")
    changed = await talk.say(f"/watch {VITALIK} $2m")

    (watch,) = await talk.watches()
    assert watch.threshold == UsdThreshold(Decimal(2_000_000))
    assert watch.label == "Vitalik"
    assert "already" in same
    assert "already; changed" in changed


@pytest.mark.parametrize(
    "text",
    [
        "/watch vitalik.eth",
        "/watch 0x123",
        f"/watch {VITALIK} 50 NOPE",
        f"/watch {VITALIK} -5",
        f"/watch {VITALIK} 1e400",
        f"/watch {VITALIK.replace('dA6', 'Da6')}",
        "/watch " + "z" * 4000,
        "/watch \u202e",
        "/unwatch",
        "/unwatch 9",
        "/unwatch nobody",
        "/threshold 1 $5",
        "/threshold 50 NOPE",
        "/threshold 50 ETH",
        "/threshold -1",
        "/whales mars $5m",
        "/whales all off",
        "/whales all 50 NOPE",
        "/mute soon",
        "/mute 3 1h",
        "/mute 400d",
        "/unmute 4",
        "vitalik.eth",
        "0x123",
    ],
)
async def test_bad_input_gets_one_sentence_and_changes_nothing(
    talk: Conversation, text: str
) -> None:
    answer = await talk.say(text)

    assert await talk.watches() == []
    assert len(answer) < 300
    assert "Something went wrong" not in answer
    async with talk.context.database.read() as connection:
        chat = await chats.get(connection, talk.chat)
    assert chat is not None
    assert chat.muted_until is None
    assert chat.default_threshold_usd == 100_000


@pytest.mark.parametrize("name", ["1", "#1", VITALIK, VITALIK.lower(), "cold wallet"])
async def test_unwatch_by_number_address_and_label(talk: Conversation, name: str) -> None:
    await talk.say(f"/watch {VITALIK} $1m Cold Wallet")

    text = await talk.say(f"/unwatch {name}")

    assert await talk.watches() == []
    assert "No longer watching" in text


async def test_a_chat_cannot_touch_another_chats_watch(talk: Conversation) -> None:
    await talk.say(f"/watch {VITALIK}")
    (watch,) = await talk.watches()

    talk.chat = 43
    _, notice = await talk.tap_data(WatchButton(id=watch.id, act=Act.REMOVE).pack())

    talk.chat = 42
    assert await talk.watches() == [watch]
    assert notice is not None
    assert "gone already" in notice


async def test_list_pages_and_opens_a_card(talk: Conversation) -> None:
    for number in range(1, 11):
        await talk.say(f"/watch 0x{number:040x} ${number}k wallet {number}")

    first = await talk.say("/list")
    second, _ = await talk.tap("Next")
    card, _ = await talk.tap("10. wallet 10")

    assert "(10)" in first
    assert "wallet 8" in first
    assert "wallet 9" not in first
    assert "wallet 9" in second
    assert "number 10" in card


async def test_a_card_changes_the_watch(talk: Conversation) -> None:
    await talk.say(f"/watch {VITALIK} $5")
    await talk.say("/list")
    await talk.tap("1. 0xd8dA")
    await talk.tap("Threshold")

    shown, _ = await talk.tap("$1M")
    await talk.tap("Mute")
    muted, notice = await talk.tap("8 h")

    (watch,) = await talk.watches()
    assert watch.threshold == UsdThreshold(Decimal(1_000_000))
    assert watch.muted_until == talk.now + timedelta(hours=8)
    assert "$1,000,000" in shown
    assert "Muted until 20:00 UTC" in muted
    assert notice == "Muted until 20:00 UTC"
    await talk.tap("Unmute")
    (watch,) = await talk.watches()
    assert watch.muted_until is None


async def test_the_buttons_after_watch_lead_back_to_it(talk: Conversation) -> None:
    await talk.say(f"/watch {VITALIK} $5")

    choose, _ = await talk.tap("Threshold")
    default, _ = await talk.tap("default")

    (watch,) = await talk.watches()
    assert "Choose another" in choose
    assert watch.threshold is None
    assert "this chat's default" in default


async def test_what_was_removed_can_be_brought_back(talk: Conversation) -> None:
    await talk.say(f"/watch {VITALIK} $5 Vitalik")
    before = await talk.watches()

    gone, _ = await talk.tap("Remove")
    assert await talk.watches() == []
    back, notice = await talk.tap("Undo")

    assert "No longer watching" in gone
    assert "Back again" in back
    assert notice == "Back again"
    assert await talk.watches() == before


async def test_a_keyboard_of_a_deleted_watch_says_so(talk: Conversation) -> None:
    await talk.say(f"/watch {VITALIK}")
    (watch,) = await talk.watches()
    async with talk.context.database.write() as connection:
        await watches.remove(connection, watch.id)

    shown, notice = await talk.tap("Mute")

    assert shown == ""
    assert notice is not None
    assert "gone already" in notice


@pytest.mark.parametrize("data", ["w:1:usd:123456", "w:9:mut:1", "w:x:y:z", "old", "f:mars:open:0"])
async def test_every_button_is_answered(talk: Conversation, data: str) -> None:
    await talk.say(f"/watch {VITALIK}")
    before = await talk.watches()

    _, notice = await talk.tap_data(data)

    assert notice
    assert await talk.watches() == before


async def test_a_pasted_address_is_offered(talk: Conversation) -> None:
    offer = await talk.say(f"https://etherscan.io/address/{VITALIK}")
    assert await talk.watches() == []
    shown, _ = await talk.tap("Watch it")
    again = await talk.say(VITALIK)

    (watch,) = await talk.watches()
    assert watch.address == bytes.fromhex(VITALIK[2:])
    assert "Shall I watch" in offer
    assert "Now watching" in shown
    assert "already" in again


async def test_a_known_address_is_called_by_its_name(talk: Conversation) -> None:
    binance = "0x28C6c06298d514Db089934071355E5743bf21d60"

    text = await talk.say(f"/watch {binance}")

    label = talk.context.labels.of("ethereum", bytes.fromhex(binance[2:]))
    assert label is not None
    assert f"Known as {label.name}" in text
