"""What the two processes tell each other through a real Valkey."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import quote

import pytest
from redis.asyncio import Redis
from redis.exceptions import ConnectionError as RedisConnectionError

from data.errors import ConfigurationError
from data.redis.connection import open_redis, refuse_eviction
from data.redis.published import ChainStatus, NodeStatus, chain_status, publish
from data.redis.wake import Sleeper, wake
from data.redis_server import RedisServer

NOW = datetime(2026, 11, 20, 12, 0, 0, 123456, tzinfo=UTC)
LONG = 30.0
STATUS = ChainStatus(
    chain="ethereum",
    state="blind",
    written_at=NOW,
    head=2**53,
    cursor=None,
    cursor_time=NOW - timedelta(days=3),
    nodes=(
        NodeStatus(
            name="node.example", state="open", head=None, latency_ms=3, calls=9, faults=2,
            reason="a “reason” with <b>signs</b> \N{WHALE}",
        ),
        NodeStatus(name="two", state="ready", head=1, latency_ms=None, calls=0, faults=0),
    ),
    reason="no node answers",
)  # fmt: skip


@pytest.fixture
async def redis(redis_url: str) -> AsyncIterator[Redis]:
    client = open_redis(redis_url)
    yield client
    await client.aclose()


@pytest.fixture
async def sleeper(redis: Redis) -> AsyncIterator[Sleeper]:
    """One that listens already, and has looked once."""
    made = Sleeper(redis)
    listening = asyncio.create_task(made.listen())
    async with asyncio.timeout(LONG):
        await made.sleep(LONG)
    yield made
    listening.cancel()
    with suppress(asyncio.CancelledError):
        await listening


@pytest.mark.parametrize("later", range(6))
async def test_who_is_woken_and_cancelled_at_once_is_cancelled(
    sleeper: Sleeper, later: int
) -> None:
    sleeping = asyncio.create_task(sleeper.sleep(LONG))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    sleeper.set()
    for _ in range(later):
        await asyncio.sleep(0)
    was_done = sleeping.done()
    sleeping.cancel()
    await asyncio.wait([sleeping], timeout=LONG)
    assert sleeping.cancelled() or was_done


async def waits(sleeper: Sleeper, longest: float) -> bool:
    """Whether the sleeper slept as long as it could."""
    start = asyncio.get_running_loop().time()
    await sleeper.sleep(longest)
    return asyncio.get_running_loop().time() - start >= longest * 0.9


async def test_what_is_published_is_read_as_it_was_written(redis: Redis) -> None:
    assert await chain_status(redis, "ethereum") is None

    await publish(redis, STATUS)

    assert await chain_status(redis, "ethereum") == STATUS
    assert await chain_status(redis, "bsc") is None
    assert await redis.ttl("published:chain:ethereum") == -1  # old stamps must be seen


async def test_the_latest_replaces_what_was_published(redis: Redis) -> None:
    later = ChainStatus(
        chain="ethereum", state="following", written_at=NOW + timedelta(seconds=1), head=2,
        cursor=2, cursor_time=NOW, nodes=(),
    )  # fmt: skip
    await publish(redis, STATUS)
    await publish(redis, later)

    assert await chain_status(redis, "ethereum") == later


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"chain": "ethereum"}', '{"chain": 5}', "null", "\u0000"]
)
async def test_what_is_illegible_is_as_if_it_were_not_there(redis: Redis, text: str) -> None:
    await redis.set("published:chain:ethereum", text)

    assert await chain_status(redis, "ethereum") is None


async def test_a_wake_up_ends_the_sleep(redis: Redis, sleeper: Sleeper) -> None:
    sleeping = asyncio.create_task(waits(sleeper, LONG))
    await asyncio.sleep(0)
    await wake(redis)

    async with asyncio.timeout(LONG / 2):
        assert not await sleeping


async def test_many_wake_ups_are_one_and_none_is_kept_for_later(
    redis: Redis, sleeper: Sleeper
) -> None:
    sleeper.set()
    sleeper.set()

    assert not await waits(sleeper, LONG)  # it came before the sleep
    assert await waits(sleeper, 0.2)


async def test_channels_do_not_wake_each_other(redis: Redis, sleeper: Sleeper) -> None:
    await wake(redis, "wake:elsewhere")

    assert await waits(sleeper, 0.3)


async def test_a_sleeper_whose_connection_was_cut_listens_again(
    redis: Redis, sleeper: Sleeper
) -> None:
    await redis.client_kill_filter(_type="pubsub")

    async with asyncio.timeout(LONG):
        # it looks by itself, for what came while nobody listened, and is reachable again
        assert not await waits(sleeper, LONG)
        assert await redis.publish("wake:outbox", "1") == 1
        assert not await waits(sleeper, LONG)


async def test_without_redis_waking_does_nothing_and_sleeping_ends(tmp_path: Path) -> None:
    gone = open_redis(f"unix://{tmp_path / 'nobody.sock'}")
    sleeper = Sleeper(gone)
    listening = asyncio.create_task(sleeper.listen())

    await wake(gone)
    assert await waits(sleeper, 0.1)
    assert not listening.done()

    listening.cancel()
    with suppress(asyncio.CancelledError):
        await listening
    await gone.aclose()


@pytest.mark.parametrize(
    "url",
    [
        "cache:6379",
        "http://cache:6379/hunter22",
        "redis://:hunter22@cache:port",
        "redis://:hunter22@cache/0?colour=blue",
    ],
)
def test_a_wrong_redis_url_is_told_without_its_password(url: str) -> None:
    with pytest.raises(ConfigurationError, match="REDIS_URL") as caught:
        open_redis(url)

    assert "hunter22" not in str(caught.value)


async def test_a_server_that_evicts_is_refused(tmp_path: Path) -> None:
    with RedisServer(tmp_path) as server:
        redis = open_redis(server.url)
        await refuse_eviction(redis)
        for policy in ("allkeys-lru", "volatile-ttl", "allkeys-random"):
            await redis.config_set("maxmemory-policy", policy)
            with pytest.raises(ConfigurationError, match=f"REDIS_URL.*{policy}.*noeviction"):
                await refuse_eviction(redis)
        await redis.aclose()


async def test_a_server_that_hides_its_configuration_is_taken_at_its_word(tmp_path: Path) -> None:
    with RedisServer(tmp_path) as server:
        owner = open_redis(server.url)
        await owner.acl_setuser("guest", enabled=True, passwords=["+guest"], commands=["+get"])
        guest = open_redis(
            f"{server.url}{'&' if '?' in server.url else '?'}username=guest&password=guest"
        )
        await refuse_eviction(guest)
        await guest.aclose()
        await owner.aclose()


async def test_a_refused_password_is_told_and_not_shown(tmp_path: Path) -> None:
    with RedisServer(tmp_path) as server:
        password = quote("hunter22", safe="")
        redis = open_redis(
            f"{server.url}{'&' if '?' in server.url else '?'}username=nobody&password={password}"
        )
        with pytest.raises(ConfigurationError, match=r"REDIS_URL.*password") as caught:
            await refuse_eviction(redis)
        assert "hunter22" not in str(caught.value)
        await redis.aclose()


async def test_a_server_that_is_away_may_come_back_later(tmp_path: Path) -> None:
    redis = open_redis(f"unix://{tmp_path / 'nobody.sock'}")

    await refuse_eviction(redis)
    with pytest.raises(RedisConnectionError):
        await redis.ping()
    await redis.aclose()
