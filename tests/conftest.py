"""Databases and Redis for every test that asks: fresh, empty and real.

`sqlite_url` and `postgres_url` are for SQLAlchemy; `any_database_url` runs a test on both, and so
does `database`, which is migrated and open. `redis_url` is a Valkey. The servers behind them start
with the first test that needs them.
"""

import asyncio
import gc
import os
import shutil
import signal
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import settings

from data.database import Database
from data.migrate import migrate
from tests.effort import TORTURE
from tests.servers.postgres import PostgresServer, running_postgres
from tests.servers.valkey import empty, running_valkey
from tests.warm.process import Warm, running_template

# What is imported and collected stays for the whole session: to look through it for rubbish again
# and again would take a quarter of the time that a worker needs to begin
gc.disable()

# The same examples at every run of the tests, so that one that fails is about the change at hand;
# torture goes on looking for others
settings.load_profile("default" if TORTURE else "ci")

# A session behind nohup or a script's & ignores these, and so would every process that it starts
for _number in (signal.SIGINT, signal.SIGHUP):
    if signal.getsignal(_number) is signal.SIG_IGN:
        signal.signal(_number, signal.SIG_DFL)


# Where most tests take seconds
LONG = ("tests/e2e/", "tests/faults/", "tests/integration/bot/delivery/")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the long ones, and end with what is short.

    Each worker gets a slice of the list, and takes of the others' ends what they have not come to:
    so each slice has its share of the long ones, at its beginning.
    """
    workers = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    long = [item for item in items if item.nodeid.startswith(LONG)]
    short = [item for item in items if not item.nodeid.startswith(LONG)]
    cuts = [len(short) * number // workers for number in range(workers + 1)]
    items[:] = [
        item
        for number in range(workers)
        for item in (*long[number::workers], *short[cuts[number] : cuts[number + 1]])
    ]


@pytest.hookimpl(hookwrapper=True)
def pytest_collection() -> Iterator[None]:
    yield
    gc.freeze()
    gc.enable()


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    with running_postgres() as server:
        yield server


@pytest.fixture
def postgres_url(postgres_server: PostgresServer) -> Iterator[str]:
    url = postgres_server.create_database()
    yield url
    postgres_server.drop_database(url)


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    return f"sqlite+aiosqlite:///{tmp_path / 'spyhop.db'}"


@pytest.fixture(params=["sqlite", "postgres"])
def any_database_url(request: pytest.FixtureRequest) -> str:
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture(scope="session")
def migrated_sqlite_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("migrated") / "spyhop.db"
    _migrate_apart(f"sqlite+aiosqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def migrated_postgres_url(postgres_server: PostgresServer) -> Iterator[str]:
    url = postgres_server.create_database()
    _migrate_apart(url)
    yield url
    postgres_server.drop_database(url)


@pytest.fixture
def migrated_sqlite(sqlite_url: str, migrated_sqlite_file: Path, tmp_path: Path) -> str:
    shutil.copyfile(migrated_sqlite_file, tmp_path / "spyhop.db")
    return sqlite_url


@pytest.fixture
def migrated_postgres(postgres_server: PostgresServer, migrated_postgres_url: str) -> Iterator[str]:
    url = postgres_server.create_database(template=migrated_postgres_url)
    yield url
    postgres_server.drop_database(url)


@pytest.fixture(params=["sqlite", "postgres"])
def migrated_database_url(request: pytest.FixtureRequest) -> str:
    url: str = request.getfixturevalue(f"migrated_{request.param}")
    return url


@pytest.fixture
async def database(migrated_database_url: str) -> AsyncIterator[Database]:
    opened = Database(migrated_database_url)
    yield opened
    await opened.close()


def _migrate_apart(url: str) -> None:
    """In a thread of its own, because the caller's may have an event loop."""

    async def work() -> None:
        database = Database(url)
        await migrate(database)
        await database.close()

    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, work()).result()


@pytest.fixture(scope="session")
def warm() -> Iterator[Warm]:
    """Starts processes of the product in a hundredth of a second."""
    with running_template() as template:
        yield template


@pytest.fixture(scope="session")
def valkey_url() -> Iterator[str]:
    with running_valkey() as url:
        yield url


@pytest.fixture
def redis_url(valkey_url: str) -> str:
    empty(valkey_url)
    return valkey_url
