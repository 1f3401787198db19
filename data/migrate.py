"""Bring the database to this version's schema: ``python -m data.migrate``.

One transaction under a lock, so that any number of processes may try at once.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from data.database import Database, open_database, plain_reason
from data.errors import EX_CONFIG, ConfigurationError, SchemaTooNew, SpyhopError
from data.settings import load_settings

if TYPE_CHECKING:
    from sqlalchemy import Connection

_FOLDER = Path(__file__).parent / "migrations"
_LOCK = 0x5350_5948_4F50  # "SPYHOP": one advisory lock for all migrations of a database


def alembic_config(connection: Connection) -> Config:
    """Alembic's configuration on an open connection."""
    config = Config()
    config.set_main_option("script_location", str(_FOLDER).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


async def migrate(database: Database) -> None:
    """Upgrade to the newest revision; nothing happens when it is there already.

    Raises SchemaTooNew when the database is ahead of this code.
    """
    async with database.rebuild() as connection:
        if database.kind == "postgresql":
            await connection.execute(text(f"SELECT pg_advisory_xact_lock({_LOCK})"))
        await connection.run_sync(_upgrade)


async def check_schema(database: Database) -> None:
    """Raise ConfigurationError unless the schema is exactly this version's."""
    async with database.read() as connection:
        found = await connection.run_sync(_revision)
        newest = await connection.run_sync(_newest_after_check)
    if found != newest:
        msg = "the database's schema is older than this version: run `python -m data.migrate`"
        raise ConfigurationError(msg)


async def prepare_schema(database: Database, *, migrate_now: bool) -> None:
    """What each process does at its start: migrate, or check that someone else has."""
    await (migrate(database) if migrate_now else check_schema(database))


def _revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _newest_after_check(connection: Connection) -> str | None:
    scripts = ScriptDirectory.from_config(alembic_config(connection))
    found = _revision(connection)
    if found is not None and found not in {script.revision for script in scripts.walk_revisions()}:
        msg = f"the database was migrated by a newer Spyhop (revision {found}): update this one"
        raise SchemaTooNew(msg)
    return scripts.get_current_head()


def _upgrade(connection: Connection) -> None:
    if _newest_after_check(connection) != _revision(connection):
        command.upgrade(alembic_config(connection), "head")


async def _main() -> None:
    database = open_database(load_settings())
    try:
        await migrate(database)
    finally:
        await database.close()


if __name__ == "__main__":
    try:
        asyncio.run(_main())
    except SpyhopError as error:
        print(f"spyhop: {error}", file=sys.stderr)  # noqa: T201 - a command line speaks on stderr
        sys.exit(EX_CONFIG if isinstance(error, ConfigurationError) else 1)
    except DBAPIError as error:
        why = plain_reason(error)
        print(f"spyhop: the database cannot be reached: {why}", file=sys.stderr)  # noqa: T201
        sys.exit(1)
    except OSError as error:
        print(f"spyhop: {error}", file=sys.stderr)  # noqa: T201
        sys.exit(1)
