"""/whales: several feeds of a chain, by one line and by buttons; and what they would have told."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.buttons.feeds import FeedAct, FeedButton
from data.chains import known_chains
from data.model import (
    EVERYTHING,
    BlockRef,
    Interest,
    Leg,
    Movement,
    MovementKind,
    Price,
    Scope,
    UnitThreshold,
    UsdThreshold,
    Watch,
)
from data.queries import cursors, movements
from data.tables import cursors as cursor_table
from tests.integration.bot.conversation import Conversation
from tests.integration.bot.place import DEADLINE, Place

VITALIK = "0xd8dA6BF26964aF9D7eEd9e03E53415D37aA96045"
ETHEREUM, BSC = (known_chains()[name] for name in ("ethereum", "bsc"))
(USDC,) = (token.address for token in ETHEREUM.tokens_called("USDC"))
ETHER = {("ethereum", None), ("ethereum", ETHEREUM.wrapped_native)}
STABLECOINS = {(chain.name, one.address) for chain in (ETHEREUM, BSC) for one in chain.stablecoins}


def usd(value: int) -> UsdThreshold:
    return UsdThreshold(Decimal(value))


def told(feed: Watch) -> tuple[str | None, Scope, object]:
    return feed.chain, feed.scope, feed.threshold


async def happened(
    connection: AsyncConnection, now: datetime, *, hours: int, values: list[int]
) -> None:
    """Ethereum and BSC are read for so long, and somebody moved these dollars in USDC."""
    begun = now - timedelta(hours=hours)
    for chain in (ETHEREUM, BSC):
        start = BlockRef(chain.name, 1, bytes([1]) * 32, bytes(32), begun)
        await cursors.begin(connection, start)
        of_chain = update(cursor_table).where(cursor_table.c.chain == chain.name)
        await connection.execute(of_chain.values(block_number=1000, block_time=now))
    price = Price(Decimal(1), "chainlink", now)
    block = BlockRef("ethereum", 900, bytes([2]) * 32, bytes(32), now - timedelta(minutes=30))
    moved = [
        Movement(
            block,
            number.to_bytes(32),
            0,
            bytes.fromhex(VITALIK[2:]),
            MovementKind.SEND,
            (Leg(USDC, "USDC", 6, -value * 10**6, price),),
            bytes([9]) * 20,
            signed=True,
        )
        for number, value in enumerate(values)
    ]
    shown = {(one.tx_hash, one.address): Interest.TRANSFER for one in moved}
    await movements.store(connection, moved, shown)


async def test_feeds_of_one_chain_stand_beside_each_other(talk: Conversation) -> None:
    for line in ("$5m", "USDC 1m", "inflow $10m", "mints burns stablecoins 2m", "500 ETH"):
        await talk.say(f"/whales ethereum {line}")
    changed = await talk.say("/whales ETH usdc $3m")

    stable = {one for one in STABLECOINS if one[0] == "ethereum"}
    minted = Interest.MINT | Interest.BURN
    feeds = await talk.watches()
    assert [told(feed) for feed in feeds[:4]] == [
        ("ethereum", EVERYTHING, usd(5_000_000)),
        ("ethereum", Scope(only=frozenset({("ethereum", USDC)})), usd(3_000_000)),
        ("ethereum", Scope(Interest.EXCHANGE_IN), usd(10_000_000)),
        ("ethereum", Scope(minted, frozenset(stable)), usd(2_000_000)),
    ]
    assert feeds[4].scope == Scope(only=frozenset(ETHER))
    assert isinstance(feeds[4].threshold, UnitThreshold)
    assert "Ethereum · USDC" in changed
    assert "it was $1,000,000 before" in changed
    overview = await talk.say("/whales")
    assert "Ethereum feed: from <b>$5,000,000" in overview
    assert "Ethereum · stablecoins · mints, burns: from <b>$2,000,000" in overview


async def test_a_token_is_told_by_its_contract_too(talk: Conversation) -> None:
    await talk.say(f"/whales all 0x{USDC.hex()} to exchanges $1m".replace(" to", ""))
    await talk.say("/whales all USDC $1m")
    one, other = await talk.watches()
    assert one.scope.only == {("ethereum", USDC)}
    assert {chain for chain, _ in other.scope.only} == {"ethereum", "bsc"}


async def test_a_feed_is_turned_off_by_what_it_is_about_and_back_on(talk: Conversation) -> None:
    await talk.say("/whales ethereum $5m")
    await talk.say("/whales ethereum inflow $6m")

    asked = await talk.say("/whales ethereum off")
    assert "Which of them" in asked
    assert "Ethereum · to exchanges" in asked
    assert len(await talk.watches()) == 2
    await talk.tap("✖️ Ethereum feed")
    await talk.tap("Undo")
    assert len(await talk.watches()) == 2

    off = await talk.say("/whales ethereum inflow off")
    assert "The whale feed <b>Ethereum · to exchanges</b> is off." in off
    assert [told(feed) for feed in await talk.watches()] == [
        ("ethereum", EVERYTHING, usd(5_000_000))
    ]
    await talk.tap("Undo")
    assert len(await talk.watches()) == 2
    await talk.say("/whales all off")
    assert await talk.watches() == []
    assert "no whale feed here" in await talk.say("/whales all off")


async def test_all_off_turns_every_feed_off_and_no_watch(talk: Conversation) -> None:
    await talk.say("/whales bsc $5m")
    await talk.say("/whales all $50m")
    await talk.say(f"/watch {VITALIK}")

    assert "All 2 whale feeds here are off" in await talk.say("/whales all off")
    assert [watch.is_feed for watch in await talk.watches()] == [False]


async def test_a_feed_cannot_take_the_default(talk: Conversation) -> None:
    await talk.say("/whales all $5m")

    assert "of its own" in await talk.say("/threshold 1 default")
    (feed,) = await talk.watches()
    assert feed.threshold == usd(5_000_000)


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("/whales USDC $5m", "On which chain"),
        ("/whales eth PEPEXX $5m", "can't read “PEPEXX”"),
        ("/whales eth $5m $6m", "one value"),
        ("/whales eth $5m off", "both at once"),
        ("/whales eth usdc 50 ETH", "do not measure that"),
        ("/whales eth stablecoins usdc $1m", "Either stablecoins"),
        ("/whales eth 0x" + "b2" * 20 + " $1m", "none of my tables"),
        ("/whales eth usdc mints", "Write it behind"),
        ("/whales bsc off", "no such whale feed of bsc"),
    ],
)
async def test_what_cannot_be_a_feed_is_told_how(talk: Conversation, text: str, hint: str) -> None:
    assert hint in await talk.say(text)
    assert await talk.watches() == []


async def test_what_it_would_have_told_is_said_before_and_after(talk: Conversation) -> None:
    async with talk.context.database.write() as connection:
        values = [20_000, 150_000, 150_000, 1_000_000, 3_200_000]
        await happened(connection, talk.now, hours=30, values=values)
    before = await talk.say("/whales ethereum")
    alerts = "Alerts in the last 24 hours, from $100K:\xa04 · $1M:\xa02 · $10M:\xa00"
    assert f"{alerts}, the largest $3.2M." in before
    after = await talk.say("/whales ethereum usdc 500k")
    assert "<b>$500K:\xa02</b> · $1M:\xa02" in after
    offered = await talk.say(VITALIK)
    assert "would have sent <b>4 alerts</b>, the largest $3.2M (well-known tokens only)" in offered
    watched = await talk.say(f"/watch {VITALIK} $5k")
    assert "<b>5 alerts</b>" in watched
    assert "without movements under $10,000" in watched
    lower = await talk.say("/threshold 2 2m")
    assert "$1M:\xa02 · <b>$2M:\xa01</b> · $2.5M:\xa01" in lower
    shown, _ = await talk.tap("Undo · $5K")
    assert (await talk.watches())[1].threshold == usd(5_000)
    assert "alerts from <b>$5,000</b>" in shown


async def test_where_there_is_no_history_it_says_so(talk: Conversation) -> None:
    assert "no history here yet" in await talk.say("/whales ethereum $1m")
    async with talk.context.database.write() as connection:
        await happened(connection, talk.now, hours=3, values=[2_000_000])
    assert "Alerts in the last 3 h, from" in await talk.say("/whales ethereum")


TAPS = [
    ("🐋 Everything big", ["BNB Smart Chain", "$1M"], ("bsc", EVERYTHING)),
    ("🏦 Into exchanges", ["All chains", "$10M"], (None, Scope(Interest.EXCHANGE_IN))),
    ("📤 Out of exchanges", ["Ethereum", "$100K"], ("ethereum", Scope(Interest.EXCHANGE_OUT))),
    (
        "🖨 Stablecoins made and burned",
        ["All chains", "$1M"],
        (None, Scope(Interest.MINT | Interest.BURN, frozenset(STABLECOINS))),
    ),
    ("🪙 One token", ["Ethereum", "ETH", "$1M"], ("ethereum", Scope(only=frozenset(ETHER)))),
]


async def test_a_new_feed_by_tapping(place: Place) -> None:
    own = place.telegram.create_private_chat(place.owner.id).id
    message = await place.say(own, "/whales")
    for first, more, wanted in TAPS:
        for caption in (first, *more):
            await place.tap(message, caption, place.owner)
            message = place.telegram.bot_messages(own)[-1]
        feed = (await place.watches(own))[-1]
        assert (feed.chain, feed.scope) == wanted
        assert "New feed" in message.text
        await place.tap(message, "‹ Feeds", place.owner)
        await place.tap(message, "➕ New feed", place.owner)
    assert len(await place.watches(own)) == len(TAPS)


async def test_every_button_of_a_feed(place: Place) -> None:
    own = place.telegram.create_private_chat(place.owner.id).id
    message = await place.say(own, "/whales ethereum inflow $1m")

    async def shown() -> str:
        return place.telegram.bot_messages(own)[-1].text

    assert await place.tap(message, "$500K", place.owner) == "Threshold changed"
    assert [one.threshold for one in await place.watches(own)] == [usd(500_000)]
    assert "it was $1,000,000 before" in await shown()
    await place.tap(message, "↩️ Undo · $1M", place.owner)
    assert [one.threshold for one in await place.watches(own)] == [usd(1_000_000)]
    await place.tap(message, "‹ Feeds", place.owner)
    assert "Ethereum · to exchanges" in await shown()
    await place.tap(message, "Ethereum · to exchanges", place.owner)
    await place.tap(message, "Another value…", place.owner)
    answered = await place.say(own, "2 m")
    assert "I can't read" in answered.text or "$" in answered.text
    answered = await place.say(own, "$2m")
    assert [one.threshold for one in await place.watches(own)] == [usd(2_000_000)]
    old = message
    assert await place.tap(answered, "Turn it off", place.owner) == "Off"
    assert await place.watches(own) == []
    # a keyboard of the same feed that is still there
    notice = await place.tap(old, "Turn it off", place.owner)
    assert notice is not None
    assert "gone already" in notice
    await place.tap(answered, "↩️ Undo", place.owner)
    assert [one.threshold for one in await place.watches(own)] == [usd(2_000_000)]


async def test_a_token_and_a_value_are_written_where_no_button_has_them(place: Place) -> None:
    own = place.telegram.create_private_chat(place.owner.id).id
    message = await place.say(own, "/whales")
    for caption in ("🪙 One token", "Ethereum", "Another token…"):
        await place.tap(message, caption, place.owner)
    values = await place.say(own, "link")
    assert "Ethereum · LINK" in values.text
    await place.tap(values, "Another value…", place.owner)
    wrong = await place.say(own, "50 ETH")
    assert "do not measure that" in wrong.text
    await place.say(own, "50,000 LINK")
    (feed,) = await place.watches(own)
    assert isinstance(feed.threshold, UnitThreshold)
    assert feed.threshold.symbol == "LINK"


async def test_two_administrators_tap_the_same_keyboard(place: Place) -> None:
    both = (place.owner.id, place.member.id)
    group = place.telegram.create_supergroup("Whales", both).id
    await place.telegram.wait_for_messages(group, 1, DEADLINE)
    message = await place.say(group, "/whales", place.owner)
    for caption in ("🐋 Everything big", "Ethereum"):
        await place.tap(message, caption, place.owner)
    made, again = place.telegram.bot_messages(group)[-1], place.owner
    tapped = [
        place.telegram.tap(made.chat_id, made.message_id, text=value, user_id=again.id)
        for value in ("$1M", "$10M", "$1M")
    ]
    for one in tapped:
        await place.telegram.wait_for_answer(one.id, DEADLINE)
    # whoever came last has the say, and there is one feed
    (feed,) = await place.watches(group)
    assert feed.threshold in {usd(1_000_000), usd(10_000_000)}


async def test_off_finds_the_only_feed_in_whatever_topic(place: Place) -> None:
    forum = place.telegram.create_supergroup("F", (place.owner.id,), topics=("One", "Other")).id
    await place.telegram.wait_for_messages(forum, 1, DEADLINE)
    one, other = place.telegram.world.chats.get(forum).topics
    await place.say(forum, "/whales ethereum $5m", place.owner, one)
    off = await place.say(forum, "/whales ethereum off", place.owner, other)
    assert f"topic {one}" in off.text
    assert await place.watches(forum) == []


async def test_a_question_about_a_feed_that_was_turned_off_stands_no_longer(
    talk: Conversation,
) -> None:
    await talk.say("/whales eth $5m")
    (feed,) = await talk.watches()
    await talk.tap_data(FeedButton(id=feed.id, act=FeedAct.OTHER).pack())
    await talk.tap_data(FeedButton(id=feed.id, act=FeedAct.OFF).pack())

    assert "gone" in await talk.say("$7m")
    assert "I only understand" in await talk.say("$7m")
    assert await talk.watches() == []
