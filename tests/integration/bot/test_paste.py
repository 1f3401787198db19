"""What is pasted is offered: over real HTTP, every button tapped."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.handlers.tx import MOST_OPEN
from data.model import Pursuit
from data.queries import pursuits
from tests.integration.bot.place import DEADLINE

if TYPE_CHECKING:
    from sandbox.telegram.messages import Message
    from tests.integration.bot.place import Place

ONE, TWO = "0xd8dA6BF26964aF9D7eEd9e03E53415D37aA96045", "0x" + "b2" * 20
HASH = "0x" + "ab" * 32


def now(place: Place, message: Message) -> Message:
    return place.telegram.world.messages.get(message.chat_id, message.message_id)


async def followed(place: Place, chat: int) -> list[Pursuit]:
    async with place.context.database.read() as connection:
        return await pursuits.of_chat(connection, chat)


async def watched(place: Place, chat: int) -> set[str]:
    return {one.address.hex() for one in await place.watches(chat) if one.address}


async def test_a_transaction_is_followed_in_the_message_that_offered_it(place: Place) -> None:
    chat = place.telegram.create_private_chat(place.owner.id).id
    offered = await place.say(chat, f"look: https://bscscan.com/tx/{HASH}")
    assert "A transaction on BNB Smart Chain" in offered.text
    assert await followed(place, chat) == []

    await place.tap(offered, "🔎 Follow it", place.owner)

    (one,) = await followed(place, chat)
    assert (one.tx_hash.hex(), one.chain) == (HASH[2:], "bsc")
    assert one.telegram_id == offered.message_id
    assert "Looking for the transaction" in now(place, offered).text


async def test_tapped_twice_it_is_followed_once(place: Place) -> None:
    chat = place.telegram.create_private_chat(place.owner.id).id
    offered = await place.say(chat, HASH)
    data = offered.buttons[0]["callback_data"]

    taps = [place.telegram.tap(chat, offered.message_id, data=data) for _again in range(2)]
    for one in taps:
        await place.telegram.wait_for_answer(one.id, DEADLINE)

    assert len(await followed(place, chat)) == 1


async def test_who_follows_too_many_is_told_so(place: Place) -> None:
    chat = place.telegram.create_private_chat(place.owner.id).id
    offered = await place.say(chat, HASH)
    async with place.context.database.write() as connection:
        for number in range(MOST_OPEN):
            await pursuits.begin(
                connection,
                chat_id=chat,
                topic_id=0,
                telegram_id=number,
                tx_hash=number.to_bytes(32),
                chain=None,
                now=place.context.clock(),
            )

    said = await place.tap(offered, "🔎 Follow it", place.owner)

    assert said is not None
    assert f"I already follow {MOST_OPEN}" in said


async def test_several_addresses_are_offered_together(place: Place) -> None:
    chat = place.telegram.create_private_chat(place.owner.id).id
    offered = await place.say(chat, f"{ONE}\nhttps://etherscan.io/address/{TWO}, 0x12")
    assert "40 digits" in offered.text

    await place.tap(offered, f"👁 {ONE[:6]}…{ONE[-4:]}", place.owner)
    assert await watched(place, chat) == {ONE[2:].lower()}
    assert f"✓ {ONE[:6]}…{ONE[-4:]}" in now(place, offered).text

    said = await place.tap(now(place, offered), f"👁 {TWO[:6]}…{TWO[-4:]}", place.owner)
    assert said == "1 watch more"
    assert await watched(place, chat) == {ONE[2:].lower(), TWO[2:]}
    assert now(place, offered).buttons == []


async def test_all_are_watched_once_however_often_it_is_tapped(place: Place) -> None:
    chat = place.telegram.create_private_chat(place.owner.id).id
    offered = await place.say(chat, f"{ONE} {TWO}")
    data = offered.buttons[-1]["callback_data"]

    taps = [place.telegram.tap(chat, offered.message_id, data=data) for _again in range(2)]
    for one in taps:
        await place.telegram.wait_for_answer(one.id, DEADLINE)

    assert len(await place.watches(chat)) == 2


async def test_in_a_group_what_was_said_to_the_bot_is_offered_and_an_administrator_takes_it(
    place: Place,
) -> None:
    group = place.telegram.create_group("Desk", (place.owner.id, place.member.id))
    name = place.telegram.world.bot.username

    await place.telegram.wait_for_messages(group.id, 1, DEADLINE)
    offered = await place.say(group.id, f"@{name} what of {ONE}", place.member)
    assert "Shall I watch" in offered.text
    refused = await place.tap(offered, "👁 Watch it", place.member)
    assert refused is not None
    assert "administrators" in refused
    await place.tap(offered, "👁 Watch it", place.owner)
    assert await watched(place, group.id) == {ONE[2:].lower()}

    assert await place.is_silent(group.id, f"@{name} thank you", place.member)
