"""The tests' own servers are real, private, and gone with the session."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
import redis
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from tests.servers.postgres import (
    PREFIX,
    PostgresServer,
    find_programs,
    owner_of_server,
    readable,
    running_postgres,
)

ROOT = Path(__file__).parents[2]


@pytest.fixture
def taken_ports() -> Iterator[None]:
    """Somebody listens on the standard ports, as far as nobody did before."""
    listeners = []
    for port in (5432, 6379):
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("127.0.0.1", port))
            listener.listen()
        except OSError:
            pass
        listeners.append(listener)
    yield
    for listener in listeners:
        listener.close()


async def ask(url: str, question: str) -> object:
    engine = create_async_engine(url)
    try:
        async with engine.connect() as connection:
            return (await connection.execute(text(question))).scalar_one()
    finally:
        await engine.dispose()


async def tell(url: str, statement: str) -> None:
    engine = create_async_engine(url)
    async with engine.begin() as connection:
        await connection.execute(text(statement))
    await engine.dispose()


async def test_postgres_is_real(postgres_url: str) -> None:
    assert str(await ask(postgres_url, "select version()")).startswith("PostgreSQL ")


async def test_any_database_is_fresh_and_answers(any_database_url: str) -> None:
    await tell(any_database_url, "create table once as select 41 as n")

    assert await ask(any_database_url, "select n + 1 from once") == 42


@pytest.mark.parametrize("turn", [1, 2])
async def test_each_test_has_a_postgres_database_of_its_own(postgres_url: str, turn: int) -> None:
    await tell(postgres_url, "create table mine (n integer)")


async def test_database_is_made_from_a_template(
    postgres_server: PostgresServer, postgres_url: str
) -> None:
    await tell(postgres_url, "create table kept as select 7 as n")

    copy = postgres_server.create_database(template=postgres_url)

    assert await ask(copy, "select n from kept") == 7
    postgres_server.drop_database(copy)


@pytest.mark.parametrize("turn", [1, 2])
def test_redis_is_real_and_empty(redis_url: str, turn: int) -> None:
    with redis.Redis.from_url(redis_url) as client:
        assert client.dbsize() == 0
        client.set("turn", turn)
        assert client.get("turn") == b"%d" % turn


@pytest.mark.skipif("TEST_DATABASE_URL" in os.environ, reason="the named server is used")
async def test_second_server_starts_beside_taken_standard_ports(taken_ports: None) -> None:
    with running_postgres() as server:
        version = await ask(server.url, "select version()")
        assert str(version).startswith("PostgreSQL ")
        assert not server.url.endswith(":5432/postgres")


@pytest.mark.skipif("TEST_DATABASE_URL" in os.environ, reason="the named server is used")
@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends a server with its session")
@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGTERM])
def test_servers_end_with_a_killed_session(tmp_path: Path, end: signal.Signals) -> None:
    session = (
        "import time; from tests.servers.postgres import running_postgres;"
        "from tests.servers.valkey import running_valkey\n"
        "with running_postgres(), running_valkey(): print('up', flush=True); time.sleep(600)"
    )
    environment = {**os.environ, "TMPDIR": os.fspath(_open_folder(tmp_path))}
    with subprocess.Popen(
        [sys.executable, "-c", session], cwd=ROOT, env=environment, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"up\n"
        servers = psutil.Process(process.pid).children(recursive=True)
        assert {"postgres", "valkey-server"} <= {server.name() for server in servers}

        process.send_signal(end)

        _, alive = psutil.wait_procs(servers, timeout=20)
        assert alive == []
    shutil.rmtree(environment["TMPDIR"])


@pytest.mark.skipif("TEST_DATABASE_URL" in os.environ, reason="the named server is used")
def test_folder_of_a_killed_session_is_swept(monkeypatch: pytest.MonkeyPatch) -> None:
    left = Path(tempfile.mkdtemp(prefix=PREFIX))
    (left / "session.pid").write_text("99999999\n")

    with running_postgres():
        assert not left.exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root runs PostgreSQL as somebody else")
def test_programs_that_nobody_may_read_are_copied_to_where_it_may(tmp_path: Path) -> None:
    package = find_programs().parents[1]
    private = tmp_path / package.name
    shutil.copytree(package / "pginstall", private / "pginstall")
    if (libraries := package.with_name(f"{package.name}.libs")).exists():
        shutil.copytree(libraries, tmp_path / libraries.name)
    tmp_path.chmod(0o700)
    owner = owner_of_server()
    assert owner is not None
    folder = _open_folder(tmp_path)

    programs = readable(private / "pginstall" / "bin", folder, owner)

    assert programs.is_relative_to(folder)
    asked = subprocess.run(
        [programs / "initdb", "--version"], user=owner[0], capture_output=True, check=True
    )
    assert b"PostgreSQL" in asked.stdout
    shutil.rmtree(folder)


def _open_folder(tmp_path: Path) -> Path:
    """A folder of our own that nobody may enter, as /tmp is: pytest's are private."""
    folder = Path(tempfile.mkdtemp(prefix="spyhop-test-"))
    folder.chmod(0o755)
    return folder
