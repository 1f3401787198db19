"""A lookout for each test."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.faults.lookout import Lookout, opened_lookout


@pytest.fixture
async def lookout(
    migrated_sqlite: str, redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Lookout]:
    async with opened_lookout(migrated_sqlite, redis_url, monkeypatch) as opened:
        yield opened
