"""Large answers, read in pieces, are what they are when read at once."""

from __future__ import annotations

import msgspec
import pytest

from sandbox.chain import Chain, ethereum_spec
from sandbox.chain.rendering import Rendering
from watcher.evm import reading
from watcher.evm.reading import read_block, read_list, read_one
from watcher.evm.wire import RpcBlock, RpcReceipt
from watcher.rpc.errors import GarbledAnswer


@pytest.fixture(scope="module")
def answers() -> tuple[msgspec.Raw, msgspec.Raw]:
    chain = Chain(ethereum_spec(), history=1)
    chain.mine(1, transactions=40)
    rendering = Rendering(chain.head)
    return rendering.full, rendering.all_receipts


@pytest.mark.parametrize("at_once", [0, 10**9])
async def test_in_pieces_and_at_once_the_same_is_read(monkeypatch, answers, at_once) -> None:
    block, receipts = answers
    monkeypatch.setattr(reading, "_AT_ONCE", at_once)
    monkeypatch.setattr(reading, "_SLICE", 7)
    assert await read_block(block) == msgspec.json.decode(block, type=RpcBlock)
    assert await read_list(receipts, RpcReceipt) == msgspec.json.decode(
        receipts, type=list[RpcReceipt]
    )


@pytest.mark.parametrize("at_once", [0, 10**9])
@pytest.mark.parametrize("text", [b'{"number": 7}', b"[1]", b'"x"', b"[", b"7", b"{}"])
async def test_anything_else_is_garbled(monkeypatch, at_once, text) -> None:
    monkeypatch.setattr(reading, "_AT_ONCE", at_once)
    with pytest.raises(GarbledAnswer):
        await read_block(msgspec.Raw(text))
    with pytest.raises(GarbledAnswer):
        await read_list(msgspec.Raw(text), RpcReceipt)
    with pytest.raises(GarbledAnswer):
        read_one(msgspec.Raw(text), RpcReceipt)


async def test_null_is_none() -> None:
    null = msgspec.Raw(b"null")
    assert await read_block(null) is None
    assert await read_list(null, RpcReceipt) is None
    assert read_one(null, RpcReceipt) is None
