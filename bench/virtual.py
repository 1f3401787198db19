"""Virtual time: a loop whose clock jumps to the next timer, and stands still while a database or a
Redis is at work. An hour of waiting takes as long as the work in it.
"""

from __future__ import annotations

import asyncio
import selectors
from contextlib import asynccontextmanager, contextmanager
from typing import TYPE_CHECKING, Any, Self, TypeVar

from redis.asyncio import Redis
from sqlalchemy import event

from data.database import Database

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Coroutine, Iterator

    from sqlalchemy.ext.asyncio import AsyncConnection

T = TypeVar("T")
BEGINNING = 100_000.0
"""Seconds since 1970 at which every run begins: so few that a float still tells nanoseconds."""
_TICK = 1e-6
"""Seconds that a turn of the loop takes: for some the clock must go on while they are at work."""
_JULIAN_1970 = 2440587.5
_DAY = 86_400


class _Jumping(selectors.DefaultSelector):
    """Where nobody is at work, the clock is put forward instead of waiting."""

    def __init__(self) -> None:
        super().__init__()
        self.now = BEGINNING
        self.at_work = 0

    def select(self, timeout: float | None = None) -> list[Any]:
        """What is ready; after real work, or at once with the clock put forward."""
        ready = super().select(0)
        if ready or timeout == 0:
            self.now += _TICK
            return ready
        if self.at_work:
            return super().select(timeout if timeout is None else 1.0)
        if timeout is None:
            raise RuntimeError("everybody waits for nothing")
        self.now += max(timeout, _TICK)
        return ready


class VirtualLoop(asyncio.SelectorEventLoop):
    """``time()`` is virtual."""

    def __init__(self) -> None:
        self.jumping = _Jumping()
        super().__init__(self.jumping)

    def time(self) -> float:
        """Seconds, rounded: added up in floats, a second would never be quite over."""
        return round(self.jumping.now, 6)


def in_virtual_time(main: Coroutine[Any, Any, T]) -> T:
    """Run it on a loop of its own."""
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(main)


@contextmanager
def real_work() -> Iterator[None]:
    """The running loop's clock stands still meanwhile."""
    jumping = _loop().jumping
    jumping.at_work += 1
    try:
        yield
    finally:
        jumping.at_work -= 1


def _loop() -> VirtualLoop:
    running = asyncio.get_running_loop()
    if not isinstance(running, VirtualLoop):
        raise TypeError("this works in virtual time only")
    return running


class StandingDatabase(Database):
    """SQLite for whose transactions time stands still, and whose clock is the loop's."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        loop = _loop()

        @event.listens_for(self.engine.sync_engine, "connect")
        def on_connect(connection: Any, _record: Any) -> None:
            connection.create_function("julianday", 1, lambda _: loop.time() / _DAY + _JULIAN_1970)

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        with real_work():
            async with super().read() as connection:
                yield connection

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncConnection]:
        with real_work():
            async with super().write() as connection:
                yield connection


class _Silence:
    """A subscription on which nobody ever says anything."""

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        return None

    async def subscribe(self, *_: str) -> None:
        """Nothing comes of it."""

    async def get_message(self, timeout: float) -> None:
        """Nothing, after so many seconds."""
        await asyncio.sleep(timeout)


class StandingRedis(Redis):
    """A real server, for whose answers time stands still; wake-ups are left out."""

    async def execute_command(self, *args: Any, **options: Any) -> Any:
        """As the client's own."""
        with real_work():
            return await super().execute_command(*args, **options)  # type: ignore[no-untyped-call]

    def pubsub(self, **_: Any) -> Any:
        """Silence."""
        return _Silence()
