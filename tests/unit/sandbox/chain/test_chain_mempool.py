"""Transactions that wait: what nodes say of them, and what becomes of them."""

from __future__ import annotations

import pytest

from sandbox.chain import Chain, ethereum_spec
from sandbox.chain.methods import METHODS
from sandbox.chain.rendering import Renderings
from sandbox.chain.view import View

PAYER, PAYEE = "0x" + "c3" * 20, "0x" + "d4" * 20


@pytest.fixture
def chain() -> Chain:
    return Chain(ethereum_spec(), history=5)


def ask(chain: Chain, method: str, *params: object) -> object:
    view = View(chain, Renderings(), chain.head.number, chain.spec.chain_id)
    return METHODS[method](view, list(params))


def nonce(chain: Chain, block: str = "latest") -> int:
    return int(str(ask(chain, "eth_getTransactionCount", PAYER, block)), 16)


def test_one_that_waits_is_known_and_in_no_block(chain: Chain) -> None:
    waiting = chain.wait(PAYER, PAYEE, 5)
    chain.mine(2)

    told = ask(chain, "eth_getTransactionByHash", waiting.tx_hash)

    assert isinstance(told, dict)
    assert (told["blockHash"], told["blockNumber"], told["transactionIndex"]) == (None, None, None)
    assert (told["from"], told["to"], told["value"]) == (PAYER, PAYEE, "0x5")
    assert int(told["nonce"], 16) == nonce(chain)
    assert ask(chain, "eth_getTransactionReceipt", waiting.tx_hash) is None


def test_what_joins_the_next_block_waits_too(chain: Chain) -> None:
    pending = chain.transfer(PAYER, PAYEE, 5, mine=False)
    told = ask(chain, "eth_getTransactionByHash", pending.tx_hash)
    assert isinstance(told, dict)
    assert told["blockHash"] is None


def test_one_that_is_included_is_in_the_block_and_uses_its_nonce(chain: Chain) -> None:
    before = nonce(chain)
    height = chain.head.number
    waiting = chain.wait(PAYER, PAYEE, 5)

    mined = chain.include(waiting.tx_hash)

    assert (mined.tx_hash, mined.block_number) == (waiting.tx_hash, height + 1)
    told = ask(chain, "eth_getTransactionByHash", waiting.tx_hash)
    assert isinstance(told, dict)
    assert told["blockHash"] == mined.block_hash
    assert (nonce(chain), nonce(chain, hex(height))) == (before + 1, before)


@pytest.mark.parametrize("way", ["speed up", "cancel", "other"])
def test_one_that_is_replaced_is_gone_and_its_nonce_used(chain: Chain, way: str) -> None:
    before = nonce(chain)
    waiting = chain.wait(PAYER, PAYEE, 5)

    rival = chain.replace(waiting.tx_hash, way)  # type: ignore[arg-type]

    assert ask(chain, "eth_getTransactionByHash", waiting.tx_hash) is None
    told = ask(chain, "eth_getTransactionByHash", rival.tx_hash)
    assert isinstance(told, dict)
    assert int(told["nonce"], 16) == before
    assert nonce(chain) == before + 1
    assert (told["to"] == PAYER) is (way == "cancel")
    assert (told["value"] == "0x5") is (way == "speed up")


def test_one_that_is_dropped_is_gone_and_its_nonce_free(chain: Chain) -> None:
    before = nonce(chain)
    waiting = chain.wait(PAYER, PAYEE, 5)
    chain.drop(waiting.tx_hash)

    assert ask(chain, "eth_getTransactionByHash", waiting.tx_hash) is None
    assert nonce(chain) == before


def test_what_does_not_wait_cannot_be_decided_about(chain: Chain) -> None:
    for verb in (chain.include, chain.replace, chain.drop):
        with pytest.raises(ValueError, match="waits in the mempool"):
            verb("0x" + "77" * 32)
    waiting = chain.wait(PAYER, PAYEE, 5)
    with pytest.raises(ValueError, match="there is no way"):
        chain.replace(waiting.tx_hash, "nonsense")  # type: ignore[arg-type]
