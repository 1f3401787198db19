"""A lookout for each test."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from data.database import Database
from data.settings import Settings
from tests.faults.lookout import CHAIN, QUICK, Lookout, quick_chains, quick_sandbox


@pytest.fixture
async def lookout(
    migrated_sqlite: str, redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Lookout]:
    """Two nodes; the first one is asked first, until the order is turned."""
    monkeypatch.setattr(Settings, "known_chains", quick_chains())
    database = Database(migrated_sqlite)
    try:
        async with quick_sandbox() as sandbox:
            monkeypatch.setenv(f"{CHAIN.upper()}_RPC_URLS", ",".join(sandbox.rpc_urls))
            settings = Settings(
                _env_file=None,
                redis_url=redis_url,
                database_url=migrated_sqlite,
                chains=(CHAIN,),
                price_api_url="",
                **QUICK,
            )
            made = Lookout(sandbox, settings, database)
            await made.prepare()
            yield made
    finally:
        await database.close()
