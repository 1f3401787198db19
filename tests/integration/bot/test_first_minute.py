"""The first minute, over real HTTP: every button is tapped, and the rows are looked at."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from bot.first.known import WELL_KNOWN, wallets_of
from data.model import BlockRef, Leg, Movement, MovementKind, Price, Quiet, UsdThreshold
from data.queries import chats, movements
from tests.integration.bot.place import DEADLINE

if TYPE_CHECKING:
    from sandbox.telegram.messages import Message
    from tests.integration.bot.place import Place

VITALIK = "0xd8dA6BF26964aF9D7eEd9e03E53415D37aA96045"
STRANGER = "0x" + "b2" * 20
WALLET = bytes.fromhex("28c6c06298d514db089934071355e5743bf21d60")


async def begun(place: Place) -> Message:
    place.telegram.create_private_chat(place.owner.id)
    return await place.say(place.owner.id, "/start")


async def tapped(place: Place, message: Message, caption: str) -> Message:
    """The message as it is after a tap."""
    await place.tap(message, caption, place.owner)
    return now(place, message)


def now(place: Place, message: Message) -> Message:
    return place.telegram.world.messages.get(message.chat_id, message.message_id)


def captions(message: Message) -> list[str]:
    return [button["text"] for button in message.buttons]


async def test_the_whole_way_leaves_watches_a_value_and_quiet_hours(place: Place) -> None:
    message = await begun(place)
    assert "1 of 3" in message.text

    message = await tapped(place, message, "Kraken")
    message = await tapped(place, message, "🐋 Everything big")
    mine = await place.watches(place.owner.id)
    assert [one.label for one in mine] == [*WELL_KNOWN["Kraken"], None]
    assert mine[-1].is_feed
    assert {"✓ Kraken", "✓ 🐋 Everything big", "Next ›"} < set(captions(message))

    message = await tapped(place, message, "Next ›")
    assert "2 of 3" in message.text
    message = await tapped(place, message, "$1M")
    assert "3 of 3" in message.text
    mine = await place.watches(place.owner.id)
    assert {one.threshold for one in mine} == {UsdThreshold(Decimal(1_000_000))}

    message = await tapped(place, message, "23:00–07:00")
    assert "What time is it" in message.text
    berlin = next(caption for caption in captions(message) if caption.endswith("Berlin"))
    message = await tapped(place, message, berlin)

    async with place.context.database.read() as connection:
        chat = await chats.get(connection, place.owner.id)
    assert chat is not None
    assert chat.default_threshold_usd == 1_000_000
    assert (chat.quiet, chat.time_zone) == (Quiet(23 * 60, 7 * 60), "Europe/Berlin")
    assert "All set" in message.text
    assert "Kraken and everything big" in message.text
    assert "Quiet: 23:00–07:00, Berlin time." in message.text
    assert len(place.telegram.bot_messages(place.owner.id)) == 1


async def test_every_exchange_is_ticked_and_let_go_again(place: Place) -> None:
    message = await begun(place)

    for exchange, wallets in WELL_KNOWN.items():
        message = await tapped(place, message, exchange)
        assert [one.label for one in await place.watches(place.owner.id)] == list(wallets)
        message = await tapped(place, message, f"✓ {exchange}")
        assert await place.watches(place.owner.id) == []

    await tapped(place, message, "🐋 Everything big")
    message = await tapped(place, now(place, message), "✓ 🐋 Everything big")
    assert await place.watches(place.owner.id) == []
    assert "Skip ›" in captions(message)


async def test_what_was_set_there_comes_back_with_the_next_tap(place: Place) -> None:
    # given an exchange and a feed that somebody has changed
    message = await begun(place)
    for caption in ("Gemini", "🐋 Everything big"):
        message = await tapped(place, message, caption)
    for command in ("/threshold 1 $77k", "/mute 2 8h", "/threshold 4 $3m", "/unwatch 3"):
        await place.say(place.owner.id, command)
    before = await place.watches(place.owner.id)
    # when they are left out by mistake, and ticked again
    for caption in ("Gemini", "🐋 Everything big"):
        notice = await place.tap(message, f"✓ {caption}", place.owner)
        message = now(place, message)
        # then
        assert "comes back as it was" in (notice or "")
    assert await place.watches(place.owner.id) == []
    for caption in ("🐋 Everything big", "Gemini"):
        message = await tapped(place, message, caption)
    after = {one.id: one for one in await place.watches(place.owner.id)}
    assert [after[one.id] for one in before] == before
    assert [one.label for one in after.values() if one not in before] == [WELL_KNOWN["Gemini"][2]]


async def test_what_is_watched_again_is_not_there_twice(place: Place) -> None:
    message = await begun(place)
    message = await tapped(place, message, "Gemini")
    old = [one for one in message.buttons if "Gemini" in one["text"]]
    message = await tapped(place, message, "✓ Gemini")
    await place.say(place.owner.id, "/start")
    wallet = place.context.labels
    address = next(iter(wallets_of("Gemini", wallet, place.context.chains)))
    await place.say(place.owner.id, f"/watch 0x{address.hex()}")

    await place.telegram.wait_for_answer(
        place.telegram.tap(
            message.chat_id,
            message.message_id,
            data=old[0]["callback_data"].replace("off", "on"),
        ).id,
        DEADLINE,
    )

    mine = await place.watches(place.owner.id)
    assert len({one.address for one in mine}) == len(mine) == len(WELL_KNOWN["Gemini"])


async def test_everything_can_be_left_out_and_gone_back_to(place: Place) -> None:
    message = await begun(place)

    for caption, shown in (
        ("✍️ Paste an address", "Paste an address"),
        ("‹ Back", "1 of 3"),
        ("Skip ›", "2 of 3"),
        ("‹ Back", "1 of 3"),
        ("Skip ›", "2 of 3"),
        ("Keep it ›", "3 of 3"),
        ("‹ Back", "2 of 3"),
        ("$10M", "3 of 3"),
        ("22:00–08:00", "What time is it"),
        ("‹ Back", "3 of 3"),
        ("Skip ›", "Nothing is watched yet"),
        ("Add more", "1 of 3"),
        ("Skip ›", "2 of 3"),
        ("$10K", "3 of 3"),
        ("Tell me at any time", "A sample"),
    ):
        message = await tapped(place, message, caption)
        assert shown in message.text

    async with place.context.database.read() as connection:
        chat = await chats.get(connection, place.owner.id)
    assert chat is not None
    assert (chat.default_threshold_usd, chat.quiet) == (10_000, None)
    await place.tap(message, "Help", place.owner)
    await tapped(place, message, "My watches")


async def test_addresses_are_taken_where_they_were_asked_for(place: Place) -> None:
    message = await begun(place)
    await place.tap(message, "✍️ Paste an address", place.owner)

    refused = await place.say(place.owner.id, "0x12")
    taken = await place.say(place.owner.id, f"{VITALIK}, https://etherscan.io/address/{STRANGER}")

    assert "40 digits" in refused.text
    assert "Watching 2 addresses now" in taken.text
    assert "1 of 3" in taken.text
    found = {one.address for one in await place.watches(place.owner.id)}
    assert found == {bytes.fromhex(VITALIK[2:]), bytes.fromhex(STRANGER[2:])}


async def test_a_double_tap_and_a_keyboard_of_last_week_do_no_harm(place: Place) -> None:
    message = await begun(place)
    telegram = place.telegram
    button = next(one for one in message.buttons if one["text"] == "Gemini")
    old = [
        telegram.tap(message.chat_id, message.message_id, data=button["callback_data"])
        for _again in range(2)
    ]
    for one in old:
        await telegram.wait_for_answer(one.id, DEADLINE)

    mine = await place.watches(place.owner.id)
    assert [one.label for one in mine] == list(WELL_KNOWN["Gemini"])


async def test_whoever_watches_already_is_not_asked_again(place: Place) -> None:
    place.telegram.create_private_chat(place.owner.id)
    await place.say(place.owner.id, f"/watch {VITALIK}")

    again = await place.say(place.owner.id, "/start")

    assert "you have 1 watch." in again.text
    assert captions(again) == ["My watches", "Add more", "Help"]


async def test_the_sample_is_the_largest_that_is_kept_of_everybody(place: Place) -> None:
    async with place.context.database.write() as connection:
        await movements.store(
            connection, [moved(1, 2_000_000), moved(2, 7_000_000), moved(3, 9_000)]
        )
    message = await begun(place)

    for caption in ("Skip ›", "Keep it ›", "Skip ›"):
        message = await tapped(place, message, caption)

    assert "A sample" in message.text
    assert "$7M" in message.text
    assert "Binance 14" in message.text


async def test_without_a_history_the_sample_is_a_recorded_transaction(place: Place) -> None:
    message = await begun(place)

    for caption in ("Skip ›", "Keep it ›", "Skip ›"):
        message = await tapped(place, message, caption)

    assert "Sent 29.99" in message.text
    assert "Exchange outflow: Gate" in message.text


def moved(number: int, usd: int) -> Movement:
    at = datetime.now(UTC)
    block = BlockRef("ethereum", number, bytes([number]) * 32, bytes(32), at)
    legs = (Leg(None, "ETH", 18, 10**18, Price(Decimal(usd), "chainlink", at)),)
    return Movement(
        block, bytes([number]) * 32, 0, WALLET, MovementKind.RECEIVE, legs, None, signed=False
    )
