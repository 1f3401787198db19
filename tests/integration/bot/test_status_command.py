"""/status reads what the others wrote, and their own time stamps."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from bot.dispatcher import make_dispatcher
from data.chains import known_chains
from data.model import BlockRef, CoverageGap, Settled, UnverifiedBlock
from data.queries import cursors, gaps
from data.redis.connection import open_redis
from data.redis.published import (
    ChainStatus,
    DeliveryStatus,
    NodeStatus,
    publish,
    publish_delivery,
)
from data.tables import cursors as cursor_table

if TYPE_CHECKING:
    from tests.integration.bot.conversation import Conversation


def published(talk: Conversation, **more: object) -> ChainStatus:
    nodes = tuple(
        NodeStatus(name=f"n{i}", state=state, head=1, latency_ms=1, calls=1, faults=0)
        for i, state in enumerate(("ready", "ready", "open"))
    )
    values: dict[str, object] = {
        "chain": "ethereum",
        "state": "following",
        "written_at": talk.now - timedelta(seconds=4),
        "head": 1_000_010,
        "cursor": 1_000_000,
        "cursor_time": talk.now,
        "nodes": nodes,
    }
    return ChainStatus(**{**values, **more})  # type: ignore[arg-type]


async def begin(talk: Conversation, number: int, updated_at: datetime) -> None:
    block = BlockRef("ethereum", number, bytes(32), bytes(32), talk.now)
    async with talk.context.database.write() as connection:
        await cursors.begin(connection, block)
        await connection.execute(cursor_table.update().values(updated_at=updated_at))


async def test_says_when_the_watcher_never_ran(talk: Conversation) -> None:
    text = await talk.say("/status")

    assert text.count("watcher not running") == 2
    assert "No alert is waiting" in text


async def test_tells_head_cursor_lag_nodes_and_age(talk: Conversation) -> None:
    await begin(talk, 1_000_000, talk.now - timedelta(hours=1))
    await publish(talk.context.redis, published(talk))

    text = await talk.say("/status")

    assert "<b>Ethereum</b>: following" in text
    assert "Head 1,000,010" in text
    assert "read up to 1,000,000" in text
    assert "10 blocks behind" in text
    assert "Nodes up 2 of 3" in text
    assert "Last progress 4 s ago" in text
    assert "BNB Smart Chain</b>: watcher not running" in text


async def test_judges_by_the_writers_stamp(talk: Conversation) -> None:
    await begin(talk, 1_000_000, talk.now - timedelta(hours=64))
    await publish(talk.context.redis, published(talk, written_at=talk.now - timedelta(hours=64)))

    text = await talk.say("/status")

    assert "<b>Ethereum</b>: watcher not running, last progress 2 d 16 h ago" in text


async def test_a_blind_chain_claims_no_progress_and_names_no_node(talk: Conversation) -> None:
    # given a watcher that runs, while its nodes are silent since ten minutes
    await begin(talk, 1_000_010, talk.now - timedelta(minutes=10))
    reason = "no node answered: http://10.0.0.7:8545: breaker open"
    await publish(talk.context.redis, published(talk, state="blind", reason=reason))

    text = await talk.say("/status")

    assert "🔴 <b>Ethereum</b>: blind, no node answers" in text
    assert "Last known head 1,000,010" in text
    assert "Last progress 10 min ago" in text
    assert "all read" not in text
    assert "behind" not in text
    assert "10.0.0.7" not in text


async def test_a_latched_chain_names_no_node_either(talk: Conversation) -> None:
    await publish(talk.context.redis, published(talk, state="latched", reason="10.0.0.7 says so"))

    text = await talk.say("/status")

    assert "🔴 <b>Ethereum</b>: stopped, its nodes contradict what was final" in text
    assert "10.0.0.7" not in text


async def test_a_paused_chain_rests_and_operators_read_by_whose_word(talk: Conversation) -> None:
    reason = "by the word of Ada <x>, since 11:00 UTC"
    await publish(talk.context.redis, published(talk, state="paused", reason=reason))
    assert "⏸ <b>Ethereum</b>: rests, because whoever runs me wants it so\n" in await talk.say(
        "/status"
    )

    settings = talk.context.settings.model_copy(update={"admin_ids": (7,)})
    talk.context = replace(talk.context, settings=settings)
    talk.dispatcher = make_dispatcher(talk.context)
    assert "by the word of Ada &lt;x&gt;, since 11:00 UTC" in await talk.say("/status")


async def test_escapes_reasons(talk: Conversation) -> None:
    await publish(talk.context.redis, published(talk, state="failing", reason="<a fault>"))

    assert "failing (&lt;a fault&gt;)" in await talk.say("/status")


async def test_tells_what_is_settled_and_what_it_costs(talk: Conversation) -> None:
    await begin(talk, 1_000_010, talk.now)
    heads = NodeStatus(
        name="n", state="ready", head=1, latency_ms=1, calls=1, faults=0, plan="heads only"
    )
    status = published(talk, safe=999_946, bytes_per_day=1_234_567_890, nodes=(heads,))
    await publish(talk.context.redis, status)
    async with talk.context.database.write() as connection:
        await cursors.settle(connection, "ethereum", Settled(999_000, 998_000))

    text = await talk.say("/status")

    assert "Head 1,000,010 · all read" in text
    assert "Safe 999,946 · finalized 998,000" in text
    assert "Nodes up 1 of 1 · 1 for heads only · 1.2 GB a day" in text


async def test_tells_of_gaps_since_when_and_how_far_they_are_filled(talk: Conversation) -> None:
    await publish(talk.context.redis, published(talk))
    an_hour_ago = talk.now - timedelta(minutes=58)
    async with talk.context.database.write() as connection:
        gap = CoverageGap("ethereum", 100, 149, "nodes <down>: 10.0.0.7 hung", an_hour_ago)
        gap = await gaps.open_gap(connection, gap)
        await gaps.advance(connection, gap, 120, talk.now)
        part = CoverageGap("ethereum", 160, 160, "filtered logs", talk.now, partial=True)
        await gaps.open_gap(connection, part)
        closed = CoverageGap("ethereum", 10, 11, "why", talk.now - timedelta(days=1, minutes=5))
        closed = await gaps.open_gap(connection, closed)
        await gaps.advance(connection, closed, 12, talk.now - timedelta(hours=2))
        old = await gaps.open_gap(connection, CoverageGap("ethereum", 1, 2, "old", an_hour_ago))
        await gaps.advance(connection, old, 3, talk.now - timedelta(days=2))

    text = await talk.say("/status")

    assert (
        "⚠️ 50 blocks (100–149) not seen since 11:02 UTC, 20 filled so far: nodes &lt;down&gt;\n"
    ) in text
    assert "⚠️ Block 160 seen in part only since 12:00 UTC: filtered logs" in text
    assert "✅ 2 blocks (10–11) not seen, 19 Nov, 11:55 UTC; filled 10:00 UTC" in text
    assert "(1–2)" not in text
    assert "10.0.0.7" not in text


async def test_counts_blocks_that_were_not_verified(talk: Conversation) -> None:
    await publish(talk.context.redis, published(talk))
    async with talk.context.database.write() as connection:
        for number, age in ((1, 1), (2, 23), (3, 25)):
            seen = talk.now - timedelta(hours=age)
            doubted = UnverifiedBlock("ethereum", number, bytes([number] * 32), "bloom", seen)
            await gaps.note_unverified(connection, doubted)

    assert "⚠️ 2 blocks unverified in the last 24 h" in await talk.say("/status")


async def test_fits_into_one_message_however_much_there_is_to_tell(talk: Conversation) -> None:
    many = tuple(replace(known_chains()["ethereum"], name=f"chain{n}") for n in range(7))
    object.__setattr__(talk.context, "chains", many)
    for chain in many:
        await publish(talk.context.redis, published(talk, chain=chain.name, reason="x" * 500))
        async with talk.context.database.write() as connection:
            for number in range(5):
                first = 10_000_000 * (number + 1)
                gap = CoverageGap(chain.name, first, first + 9, "<" * 500, talk.now)
                await gaps.open_gap(connection, gap)

    text = await talk.say("/status")

    assert text.count("gaps are open") == 7


async def test_still_answers_without_redis(talk: Conversation) -> None:
    await begin(talk, 1_000_000, talk.now)
    away = open_redis("unix:///nowhere/at/all")
    object.__setattr__(talk.context, "redis", away)

    text = await talk.say("/status")

    assert "Redis cannot be reached" in text
    assert "read up to 1,000,000" in text
    await away.aclose()


def delivery(talk: Conversation, **more: object) -> DeliveryStatus:
    values: dict[str, object] = {
        "written_at": talk.now - timedelta(seconds=3),
        "pending": 12,
        "pending_since": talk.now - timedelta(seconds=40),
        "chats_waiting": 2,
        "chats": {"active": 40, "blocked": 3, "silenced": 1},
        "last_hour": {"sent": 1_200, "edited": 7},
        "last_day": {
            "sent": 30_000, "dropped": 5, "dropped: muted": 4, "dropped: <b>": 1, "flooded": 2,
            "unknown": 1, "unknown: no answer in time": 1,
        },
    }  # fmt: skip
    return DeliveryStatus(**{**values, **more})  # type: ignore[arg-type]


def run_by(talk: Conversation, *people: int) -> Conversation:
    settings = talk.context.settings.model_copy(update={"admin_ids": people})
    context = replace(talk.context, settings=settings)
    return replace(talk, context=context, dispatcher=make_dispatcher(context))


async def test_whoever_runs_it_sees_how_delivery_stands(talk: Conversation) -> None:
    await publish_delivery(talk.context.redis, delivery(talk))

    text = await run_by(talk, 7).say("/status")

    assert "🟢 <b>Delivery</b>: last round 3 s ago" in text
    assert "Waiting: 12 alerts, the oldest for 40 s; 2 chats" in text
    assert "Last hour: 1,200 alerts sent, 7 edits" in text
    assert "2 times told to wait (429)" in text
    assert "Dropped: muted (4); &lt;b&gt; (1)" in text
    assert "Uncertain: no answer in time (1)" in text
    assert "Chats: 40 active, 3 blocked, 1 silenced" in text


async def test_nobody_else_does(talk: Conversation) -> None:
    await publish_delivery(talk.context.redis, delivery(talk))

    assert "Delivery" not in await run_by(talk, 8).say("/status")
    # nor in a group, where others read along
    assert "Delivery" not in await run_by(talk, 7).say("/status@spyhop_bot", kind="supergroup")


async def test_a_delivery_that_stands_still_is_seen_by_its_own_stamp(talk: Conversation) -> None:
    await publish_delivery(
        talk.context.redis, delivery(talk, written_at=talk.now - timedelta(minutes=9))
    )

    text = await run_by(talk, 7).say("/status")

    assert "🔴 <b>Delivery</b>: stands still, last round 9 min ago" in text
