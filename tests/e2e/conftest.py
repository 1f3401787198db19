"""The product, ready to be started on either database."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.e2e.ground import Ground, open_ground
from tests.e2e.product import Product, open_product
from tests.warm.process import Warm


@pytest.fixture
async def product(
    tmp_path: Path, redis_url: str, any_database_url: str, warm: Warm
) -> AsyncIterator[Product]:
    async with open_product(tmp_path, redis_url, any_database_url, warm) as opened:
        yield opened


@pytest.fixture
async def embedded(
    tmp_path: Path, redis_url: str, migrated_sqlite: str, warm: Warm
) -> AsyncIterator[Product]:
    """On SQLite only, where the database makes no difference."""
    async with open_product(tmp_path, redis_url, migrated_sqlite, warm) as opened:
        yield opened


@pytest.fixture
async def ground(tmp_path: Path, warm: Warm) -> AsyncIterator[Ground]:
    async with open_ground(tmp_path, warm) as opened:
        yield opened
