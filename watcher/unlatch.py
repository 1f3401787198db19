"""Follow a rewrite of what was final: ``python -m watcher.unlatch <chain>``.

A latched chain stays as it is until its old branch is back, or until an operator says with this
that the new one counts. The running watcher looks again within half a minute.
"""

from __future__ import annotations

import asyncio
import sys
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from data.chains import known_chains
from data.database import open_database
from data.errors import InputError
from data.process import main
from data.queries import cursors

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from data.database import Database
    from data.settings import Settings


async def unlatch(database: Database, chain: str) -> None:
    """Forget up to where a chain was held for final. Raises InputError when it is not followed."""
    async with database.write() as connection:
        if not await cursors.unlatch(connection, chain):
            msg = f"{chain} was never followed with this database"
            raise InputError(msg)


async def _run(settings: Settings, _: asyncio.Event) -> None:
    names = sys.argv[1:]
    if len(names) != 1 or names[0] not in known_chains():
        msg = f"name one chain, out of: {', '.join(sorted(known_chains()))}"
        raise InputError(msg)
    async with _opened(settings) as database:
        await unlatch(database, names[0])
    print(f"{names[0]}: whatever its nodes say next is followed")  # noqa: T201 - a command answers


@asynccontextmanager
async def _opened(settings: Settings) -> AsyncIterator[Database]:
    database = open_database(settings)
    try:
        yield database
    finally:
        await database.close()


if __name__ == "__main__":
    sys.exit(main("watcher.unlatch", _run))
