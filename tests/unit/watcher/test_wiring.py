"""Which sockets are listened to is a question of the settings."""

from __future__ import annotations

import asyncio

import pytest

from data.chains import known_chains
from data.errors import ConfigurationError
from data.settings import load_settings
from tests.unit.watcher.rpc.announcer import Announcer
from watcher.evm.fetch import EvmBlocks
from watcher.rpc.pool import Pool
from watcher.wiring import open_heads, open_pool

ETHEREUM = known_chains()["ethereum"]


@pytest.fixture
def pool(monkeypatch: pytest.MonkeyPatch) -> Pool:
    monkeypatch.delenv("ETHEREUM_RPC_URLS", raising=False)
    return open_pool(ETHEREUM, load_settings())


def test_without_urls_nothing_is_listened_to(pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ETHEREUM_WS_URLS", raising=False)

    assert open_heads(ETHEREUM, pool, load_settings()) is None


def test_a_url_that_no_node_can_have_is_told_by_its_setting(
    pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ETHEREUM_WS_URLS", "wss://ho€st.example/hunter22")

    with pytest.raises(ConfigurationError, match=r"^ETHEREUM_WS_URLS is wrong: ") as raised:
        open_heads(ETHEREUM, pool, load_settings())

    assert "hunter22" not in str(raised.value)


async def test_what_a_socket_announces_reaches_whoever_follows_the_chain(
    pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given a node that announces heads, and a source of blocks wired to it
    async with Announcer() as announcer:
        monkeypatch.setenv("ETHEREUM_WS_URLS", announcer.url)
        heads = open_heads(ETHEREUM, pool, load_settings())
        assert heads is not None
        source = EvmBlocks(ETHEREUM, pool, heads)
        listening = asyncio.create_task(heads.run())

        # when a head is announced, then whoever waits for one has it
        announcer.announce(123)
        assert not source.listening
        assert await source.announced(20.0) == 123
        assert source.listening
        listening.cancel()


async def test_without_a_socket_the_time_passes(pool: Pool) -> None:
    source = EvmBlocks(ETHEREUM, pool)

    assert await source.announced(0.01) is None
    assert not source.listening
