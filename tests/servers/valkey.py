"""A real Valkey for one test session: the embedded one, or what TEST_REDIS_URL names."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import redis

from data.redis_server import RedisServer


@contextlib.contextmanager
def running_valkey() -> Iterator[str]:
    """The URL of a server; of a named one, only the database in its URL is used."""
    if named := os.environ.get("TEST_REDIS_URL"):
        yield named
        return
    with (
        tempfile.TemporaryDirectory(prefix="spyhop-valkey-") as folder,
        RedisServer(Path(folder)) as server,
    ):
        yield server.url


def empty(url: str) -> None:
    with redis.Redis.from_url(url) as client:
        client.flushdb()
