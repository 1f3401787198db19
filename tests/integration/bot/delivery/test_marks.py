"""Claims while Redis or the database goes away between two of them: nothing forgotten."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from redis.asyncio import Redis
from redis.exceptions import ConnectionError as RedisConnectionError

from bot.delivery.alone import Alone
from bot.delivery.marks import Marks
from data.database import Database
from data.redis.claims import AlreadySent, Answer, Claimed, Claims, Uncertain
from data.redis.limiter import Limits

LEASE = timedelta(minutes=1)
KEYS = ["notified:one", "notified:other"]


class Fickle(Claims):
    """Claims in a Redis that goes away as a test wants it."""

    is_away = False

    async def claim(self, keys: list[str]) -> list[Answer]:  # type: ignore[override]
        if self.is_away:
            raise RedisConnectionError("away")
        return await super().claim(keys)

    async def _end(self, keys, how: str, message_id: int = 0) -> None:
        if self.is_away:
            raise RedisConnectionError("away")
        await super()._end(keys, how, message_id)


class Worker:
    """One that claims, and one more claim of somebody who comes after it."""

    def __init__(self, redis: Redis, database: Database, name: str = "a") -> None:
        self.alone = Alone(Limits(25, 1, 3, 20))
        self.claims = Fickle(redis, name, LEASE)
        self.marks = Marks(self.claims, database, name, LEASE, self.alone)
        self.marks.look_in_database = False


@pytest.fixture
def worker(redis: Redis, database: Database) -> Worker:
    return Worker(redis, database)


@contextmanager
def away(database: Database, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    def refused() -> None:
        raise ConnectionError("away")

    with monkeypatch.context() as patch:
        patch.setattr(database, "read", refused)
        patch.setattr(database, "write", refused)
        yield


async def test_a_send_of_unknown_end_stays_so_when_redis_went_away_during_it(
    worker: Worker,
) -> None:
    # given what was claimed in Redis
    assert await worker.marks.claim(KEYS) == [Claimed(), Claimed()]
    # when Redis goes away, and nobody knows how the send ended
    worker.claims.is_away = True
    await worker.marks.doubt(KEYS)
    # then whoever tries again without Redis has to say that it may be a repeat
    assert await worker.marks.claim(KEYS) == [Uncertain(), Uncertain()]


async def test_what_was_uncertain_before_stays_so_when_redis_went_away(worker: Worker) -> None:
    # given
    await worker.marks.claim(KEYS)
    await worker.marks.doubt(KEYS[:1])
    await worker.marks.release(KEYS[1:], [])
    assert await worker.marks.claim(KEYS) == [Uncertain(), Claimed()]
    # when
    worker.claims.is_away = True
    await worker.marks.release(KEYS[1:], KEYS[:1])
    # then
    assert await worker.marks.claim(KEYS) == [Uncertain(), Claimed()]


async def test_a_send_that_redis_was_not_told_of_is_known(worker: Worker) -> None:
    # given
    await worker.marks.claim(KEYS)
    worker.claims.is_away = True
    # when
    await worker.marks.sent(KEYS, 17)
    # then
    assert await worker.marks.claim(KEYS) == [AlreadySent(17), AlreadySent(17)]


async def test_a_send_is_known_to_redis_when_the_database_is_away(
    worker: Worker, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given some time after Redis was away
    worker.marks.look_in_database = True
    await worker.marks.claim(KEYS)
    # when
    with away(database, monkeypatch), pytest.raises(ConnectionError):
        await worker.marks.sent(KEYS, 17)
    # then
    assert await worker.marks.claim(KEYS) == [AlreadySent(17), AlreadySent(17)]


async def test_a_database_that_is_away_leaves_nothing_claimed(
    worker: Worker, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    worker.marks.look_in_database = True
    with away(database, monkeypatch), pytest.raises(ConnectionError):
        await worker.marks.claim(KEYS)
    assert await worker.marks.claim(KEYS) == [Claimed(), Claimed()]


async def test_what_another_holds_without_redis_is_left_to_it(
    worker: Worker, redis: Redis, database: Database
) -> None:
    # given another, which is alone and sends
    other = Worker(redis, database, "b")
    other.claims.is_away = True
    await other.marks.claim(KEYS[:1])
    # when
    worker.marks.look_in_database = True
    held, free = await worker.marks.claim(KEYS)
    await other.marks.release(KEYS[:1], [])
    # then
    assert not isinstance(held, Claimed | Uncertain)
    assert free == Claimed()
    assert await worker.marks.claim(KEYS[:1]) == [Claimed()]
