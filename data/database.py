"""The engine, its pool, and the kinds of transaction: ``read``, ``write``, and ``rebuild``."""

from __future__ import annotations

import asyncio
import inspect
import re
import sqlite3
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from typing import TYPE_CHECKING, Any

import asyncpg
from sqlalchemy import event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from data.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from contextlib import AbstractAsyncContextManager

    from sqlalchemy import URL, Connection

    from data.settings import Settings

BUSY_TIMEOUT_MS = 30_000
COMMAND_TIMEOUT = 60.0
"""Seconds for one statement on PostgreSQL: a server that hangs is one that is away."""
DATABASE_AWAY = (DBAPIError, OSError)
"""What a query raises when the database cannot be asked just now, or refuses."""
IDLE_TIMEOUT_MS = 10_000
"""A process that is frozen inside a transaction keeps its locks no longer: a standby needs them.

Frozen between two messages of one statement it does not count as idle: that ends with the
transaction's time, half of ``COMMAND_TIMEOUT``, which PostgreSQL knows from version 17 on.
"""
_WRITES = "spyhop_writes"
_REBUILDS = "spyhop_rebuilds"
_DRIVERS = {"postgresql+asyncpg", "sqlite+aiosqlite"}
_OPTIONS = {
    *inspect.signature(asyncpg.connect).parameters,
    *("async_fallback", "prepared_statement_cache_size", "prepared_statement_name_func"),
}


class Database:
    """A database of either kind. Nothing may await the network inside its transactions.

    ``url`` is ``sqlite+aiosqlite:///path`` or ``postgresql+asyncpg://…``; any other raises
    ConfigurationError. The pool follows the design: 20 connections and 40 more at need,
    pinged before use, renewed hourly, 30 s of patience. ``command_timeout`` is in seconds; the
    server ends a transaction after half of it.
    """

    def __init__(self, url: str, *, command_timeout: float | None = COMMAND_TIMEOUT) -> None:
        self._url = url
        parsed = _parse(url)
        self.kind = parsed.get_backend_name()
        pool: dict[str, Any] = {"pool_pre_ping": True, "pool_recycle": 3600}
        pool |= {"pool_size": 20, "max_overflow": 40, "pool_timeout": 30}
        if self.kind == "postgresql" and "command_timeout" not in parsed.query:
            pool["connect_args"] = {"command_timeout": command_timeout}
        self.engine = create_async_engine(parsed, **pool)
        if self.kind == "postgresql":
            _end_transactions_that_stand_still(self.engine.sync_engine, command_timeout)
        if self.kind == "sqlite":
            _take_over_sqlite_transactions(self.engine.sync_engine)
        self._writing = self.engine.execution_options(**{_WRITES: True})
        self._writers = asyncio.Lock() if self.kind == "sqlite" else None

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """A transaction that only reads: one consistent view on SQLite, statement by statement
        on PostgreSQL."""
        async with AsyncExitStack() as stack:
            yield await _entered(stack, self.engine.connect())

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncConnection]:
        """A transaction that writes; committed at the end, rolled back on any error."""
        async with AsyncExitStack() as stack:
            if self._writers is not None:
                await stack.enter_async_context(_turn(self._writers))
            yield await _entered(stack, self._writing.begin())

    @asynccontextmanager
    async def rebuild(self) -> AsyncIterator[AsyncConnection]:
        """A transaction that changes the schema, and may take as long as it likes.

        SQLite changes a table by making it anew: what refers to it must not be deleted with the
        old one, so that foreign keys do not hold meanwhile.
        """
        patient = self.patient()
        try:
            async with AsyncExitStack() as stack:
                rebuilding = patient.engine.execution_options(**{_WRITES: True, _REBUILDS: True})
                yield await _entered(stack, rebuilding.begin())
        finally:
            await patient.close()

    def patient(self) -> Database:
        """The same database with a pool of its own, for what may take as long as it likes."""
        return Database(self._url, command_timeout=None)

    async def close(self) -> None:
        """Close every connection of the pool."""
        await self.engine.dispose()


def open_database(settings: Settings) -> Database:
    """The configured database; SQLite's folder is made. Raises ConfigurationError or OSError."""
    if settings.database_url is None:
        settings.data_dir.mkdir(parents=True, exist_ok=True)
    return Database(settings.database)


def _parse(url: str) -> URL:
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):  # ValueError: a port that is no number
        parsed = None
    if parsed is None or parsed.drivername not in _DRIVERS:
        msg = "write DATABASE_URL=postgresql+asyncpg://…, or leave it out for SQLite"
        raise ConfigurationError(msg)
    unknown = sorted(set(parsed.query) - _OPTIONS)
    if unknown and parsed.get_backend_name() == "postgresql":
        advice = "; write ssl=… instead" if "sslmode" in unknown else ""
        msg = f"DATABASE_URL: asyncpg has no option {unknown[0][:40]!r}{advice}"
        raise ConfigurationError(msg)
    return parsed


async def _entered(
    stack: AsyncExitStack, opening: AbstractAsyncContextManager[AsyncConnection]
) -> AsyncConnection:
    """Raises ConnectionError for what is no DBAPIError: nobody there, or an exhausted pool."""
    try:
        return await stack.enter_async_context(opening)
    except PoolTimeout:
        msg = "the database cannot be reached: no connection of the pool became free in time"
        raise ConnectionError(msg) from None
    except OSError as error:
        msg = f"the database cannot be reached: {str(error) or type(error).__name__}"
        raise ConnectionError(msg) from None


@asynccontextmanager
async def _turn(writers: asyncio.Lock) -> AsyncIterator[None]:
    """A turn to write, by order of coming: SQLite has one writer at a time, and whoever finds it
    taken sleeps there, for up to a tenth of a second, and looks again. Raises ConnectionError."""
    try:
        async with asyncio.timeout(BUSY_TIMEOUT_MS / 1000):
            await writers.acquire()
    except TimeoutError:
        msg = "the database cannot be written to: another transaction did not end in time"
        raise ConnectionError(msg) from None
    try:
        yield
    finally:
        writers.release()


def _end_transactions_that_stand_still(engine: Any, command_timeout: float | None) -> None:
    """Have PostgreSQL end a connection that stands still inside a transaction."""
    settings = {"idle_in_transaction_session_timeout": IDLE_TIMEOUT_MS}
    if command_timeout is not None:
        # only the server's end lets go of the locks, so it comes before the driver's
        settings["transaction_timeout"] = round(command_timeout * 500)

    @event.listens_for(engine, "connect")
    def on_connect(connection: Any, _record: Any) -> None:
        cursor = connection.cursor()
        # older servers lack the one or the other
        known = "SELECT set_config(name, $1, false) FROM pg_settings WHERE name = $2"
        for name, milliseconds in settings.items():
            cursor.execute(known, (str(milliseconds), name))
        cursor.close()
        connection.commit()  # a rollback would take the setting back


def _take_over_sqlite_transactions(engine: Any) -> None:
    """Make sqlite3 leave BEGIN to us, and begin writes IMMEDIATE.

    A deferred transaction that turns into a writer fails at once when another has written
    meanwhile: the busy timeout does not hold for it.
    """

    @event.listens_for(engine, "connect")
    def on_connect(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in (
            f"busy_timeout = {BUSY_TIMEOUT_MS}",
            "foreign_keys = ON",
            "synchronous = FULL",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        # the file's mode, not the connection's: SQLite refuses at once, without waiting, while
        # another connection is just changing it
        with suppress(sqlite3.OperationalError):
            cursor.execute("PRAGMA journal_mode = WAL")
        cursor.close()

    @event.listens_for(engine, "begin")
    def on_begin(connection: Connection) -> None:
        options = connection.get_execution_options()
        if options.get(_REBUILDS):
            # means nothing inside a transaction; this connection is never used for another
            connection.exec_driver_sql("PRAGMA foreign_keys = OFF")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if options.get(_WRITES) else "BEGIN")

    @event.listens_for(engine, "invalidate")
    def on_invalidate(connection: Any, _record: Any, _error: Any) -> None:
        # whoever was cancelled in the middle of a statement: SQLite keeps a closed connection, and
        # its lock on the whole database, until that statement is collected as garbage
        with suppress(sqlite3.Error, ValueError):
            connection.rollback()


def is_away(error: Exception) -> bool:
    """Whether the database cannot be asked just now; what it refuses is somebody's fault."""
    if isinstance(error, DBAPIError):
        return error.connection_invalidated or isinstance(error, OperationalError | InterfaceError)
    return isinstance(error, ConnectionError | TimeoutError)


def plain_reason(error: DBAPIError | OSError) -> str:
    """What went wrong in the database, without the statement, its values, or a password."""
    if isinstance(error, TimeoutError):
        return str(error) or "it did not answer in time"
    if isinstance(error, OSError):
        return str(error)
    said = str(error.orig).splitlines() if error.orig else []
    text = re.sub(r"^<class '[\w.]+'>: ", "", said[0]) if said else type(error).__name__
    text = re.sub(r"(query argument \$\d+): .*", r"\1", text)
    return re.sub(r"//\S*@", "//…@", text)
