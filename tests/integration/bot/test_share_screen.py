"""Links that share: made, opened, taken, ended; every button, tapped by people."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select, update

from bot.sharing.link import link_to_list
from data.queries import shares
from data.tables import shares as table
from tests.integration.bot.place import DEADLINE

if TYPE_CHECKING:
    from sandbox.telegram.messages import Message
    from tests.integration.bot.place import Place

VITALIK = "0xd8dA6BF26964aF9D7eEd9e03E53415D37aA96045"
BINANCE = "0x28C6c06298d514Db089934071355E5743bf21d60"
LINK = re.compile(r"https://t\.me/spyhop_sandbox_bot\?start=(w_[A-Za-z0-9_-]{1,62})")


def own(place: Place) -> int:
    return place.telegram.create_private_chat(place.owner.id).id


def theirs(place: Place) -> int:
    return place.telegram.create_private_chat(place.member.id).id


def payload_in(message: Message) -> str:
    found = LINK.search(message.text)
    assert found
    return found[1]


def now_shown(place: Place, message: Message) -> Message:
    return place.telegram.world.messages.get(message.chat_id, message.message_id)


async def kept(place: Place) -> int:
    async with place.context.database.read() as connection:
        return len((await connection.execute(select(table.c.id))).all())


async def test_one_watch_goes_from_chat_to_chat_in_its_link(place: Place) -> None:
    chat, other = own(place), theirs(place)
    await place.say(chat, f"/watch {VITALIK} 50 ETH My secret")
    made = await place.say(chat, "/share 1")
    assert "cannot be ended" in made.text
    assert await kept(place) == 0

    shown = await place.say(other, f"/start {payload_in(made)}")
    assert "A watch is shared with you" in shown.text
    assert "50 ETH" in shown.text
    assert "My secret" not in shown.text
    assert await place.watches(other) == []
    assert await place.tap(shown, "👁 Watch it", place.member) is None

    assert "Now watching 1 more" in now_shown(place, shown).text
    (watch,) = await place.watches(other)
    (original,) = await place.watches(chat)
    assert (watch.address, watch.threshold, watch.label) == (
        original.address, original.threshold, None,
    )  # fmt: skip


async def test_labels_go_along_only_when_that_is_said(place: Place) -> None:
    chat, other = own(place), theirs(place)
    await place.say(chat, f"/watch {VITALIK} Vault")
    await place.say(chat, f"/watch {BINANCE}")
    bare = await place.say(chat, "/share")
    assert "not your labels" in bare.text
    assert "Vault" not in (await place.say(other, f"/start {payload_in(bare)}")).text
    first = payload_in(bare)

    assert await place.tap(bare, "With the labels", place.owner) is None
    labelled = now_shown(place, bare)
    assert payload_in(labelled) != first
    shown = await place.say(other, f"/start {payload_in(labelled)}")
    assert "Vault" in shown.text
    await place.tap(shown, "👁 Watch all 2", place.member)

    assert [watch.label for watch in await place.watches(other)] == ["Vault", None]


async def test_a_list_is_shared_by_its_button_and_the_link_is_ended(place: Place) -> None:
    chat, other = own(place), theirs(place)
    await place.say(chat, f"/watch {VITALIK}")
    await place.say(chat, "/whales eth $5m")
    listed = await place.say(chat, "/list")
    assert await place.tap(listed, "🔗 Share", place.owner) is None
    (made,) = await place.telegram.wait_for_messages(
        chat, 1, DEADLINE, "A link to 2 watches", listed.message_id
    )
    assert await kept(place) == 1
    opened = await place.say(other, f"/start {payload_in(made)}")

    assert await place.tap(made, "End this link", place.owner) is None
    assert "nowhere any more" in now_shown(place, made).text
    assert await kept(place) == 0
    assert "expired or was ended" in (await place.say(other, f"/start {payload_in(made)}")).text
    assert "expired or was ended" in (await place.tap(opened, "👁 Watch all 2", place.member) or "")
    assert await place.watches(other) == []
    assert await place.tap(opened, "No", place.member) is None
    assert "nothing was changed" in now_shown(place, opened).text


async def test_what_is_watched_already_stays_as_it_is(place: Place) -> None:
    chat, other = own(place), theirs(place)
    await place.say(chat, f"/watch {VITALIK} $5m")
    await place.say(chat, f"/watch {BINANCE} $5m")
    await place.say(other, f"/watch {VITALIK} $50k Mine")
    made = await place.say(chat, "/share")
    assert payload_in(await place.say(chat, "/share")) == payload_in(made)
    shown = await place.say(other, f"/start {payload_in(made)}")

    for _ in range(2):  # a double tap
        place.telegram.world.messages.put(shown)
        await place.tap(shown, "👁 Watch all 2", place.member)

    assert "2 of them are watched here already" in now_shown(place, shown).text
    mine, new = await place.watches(other)
    assert mine.label == "Mine"
    assert new.address == bytes.fromhex(BINANCE[2:])


async def test_links_that_lead_nowhere_get_a_clear_sentence(place: Place) -> None:
    chat = own(place)
    await place.say(chat, f"/watch {VITALIK}")
    payload = payload_in(await place.say(chat, "/share 1"))
    flipped = payload[:-3] + ("A" if payload[-3] != "A" else "B") + payload[-2:]

    for bad in (flipped, payload[:-5], "w_", "w_AAAA", link_to_list(bytes(12), "1:other")):
        assert "That link is broken" in (await place.say(chat, f"/start {bad}")).text
    stored = payload_in(await place.say(chat, "/share"))
    async with place.context.database.write() as connection:
        past = place.context.clock() - timedelta(seconds=1)
        await connection.execute(update(table).values(expires_at=past))
    assert "expired or was ended" in (await place.say(chat, f"/start {stored}")).text


async def test_all_links_of_a_chat_are_ended_at_once(place: Place) -> None:
    chat = own(place)
    assert "nothing that you could share" in (await place.say(chat, "/share")).text
    assert "no link from here" in (await place.say(chat, "/share off")).text
    await place.say(chat, f"/watch {VITALIK}")
    for number in range(shares.MOST_PER_CHAT):
        await place.say(chat, "/share")
        await place.say(chat, f"/threshold 1 ${number + 1}k")
    assert "20 links from here" in (await place.say(chat, "/share")).text

    assert "20 links lead nowhere" in (await place.say(chat, "/share off")).text
    assert await kept(place) == 0


async def test_in_a_group_everybody_sees_and_administrators_take(place: Place) -> None:
    group = place.telegram.create_supergroup("Whales", (place.owner.id, place.member.id)).id
    await place.telegram.wait_for_messages(group, 1, DEADLINE)
    await place.say(own(place), f"/watch {VITALIK}")
    payload = payload_in(await place.say(own(place), "/share 1"))

    shown = await place.say(group, f"/start@spyhop_sandbox_bot {payload}", place.member)

    assert "A watch is shared" in shown.text
    assert "Only administrators" in (await place.tap(shown, "👁 Watch it", place.member) or "")
    assert "Only administrators" in (await place.say(group, "/share", place.member)).text
    assert await place.watches(group) == []
    assert await place.tap(shown, "👁 Watch it", place.owner) is None
    assert len(await place.watches(group)) == 1


async def test_a_plain_start_still_greets(place: Place) -> None:
    assert "Spyhop" in (await place.say(own(place), "/start")).text
    assert "Spyhop" in (await place.say(own(place), "/start x_1")).text


async def test_a_channels_link_is_ended_below_its_name_though_another_chat_is_set_up(
    place: Place,
) -> None:
    # given a link of a channel that was set up from a private chat
    chat = own(place)
    place.telegram.create_channel("Whales", members=(place.owner.id,))
    (told,) = await place.telegram.wait_for_messages(chat, 1, DEADLINE, "I am in Whales now")
    await place.tap(told, "Whales", place.owner)
    await place.say(chat, f"/watch {VITALIK}")
    await place.say(chat, "/whales eth $5m")
    made = await place.say(chat, "/share")
    await place.say(chat, "/done")
    # when
    await place.tap(made, "End this link", place.owner)
    # then it is the channel's that ends
    assert now_shown(place, made).text.startswith("📢 Whales")
    assert "A link to 2 watches" not in now_shown(place, made).text
    assert await kept(place) == 0
