"""/status reads what the others wrote, and their own time stamps."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from data.model import BlockRef, CoverageGap
from data.queries import cursors, gaps
from data.redis.connection import open_redis
from data.redis.published import ChainStatus, NodeStatus, publish
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
    assert "head 1,000,010" in text
    assert "read up to 1,000,000" in text
    assert "10 blocks behind" in text
    assert "nodes up 2 of 3" in text
    assert "last progress 4 s ago" in text
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
    assert "last known head 1,000,010" in text
    assert "last progress 10 min ago" in text
    assert "up to date" not in text
    assert "10.0.0.7" not in text


async def test_tells_of_gaps_and_escapes_reasons(talk: Conversation) -> None:
    await publish(talk.context.redis, published(talk, state="latched", reason="<no node>"))
    async with talk.context.database.write() as connection:
        gap = CoverageGap("ethereum", 100, 149, "nodes <down>", talk.now)
        await gaps.open_gap(connection, gap)

    text = await talk.say("/status")

    assert "latched (&lt;no node&gt;)" in text
    assert "50 blocks not seen, from 100 on: nodes &lt;down&gt;" in text


async def test_still_answers_without_redis(talk: Conversation) -> None:
    await begin(talk, 1_000_000, talk.now)
    away = open_redis("unix:///nowhere/at/all")
    object.__setattr__(talk.context, "redis", away)

    text = await talk.say("/status")

    assert "Redis cannot be reached" in text
    assert "read up to 1,000,000" in text
    await away.aclose()
