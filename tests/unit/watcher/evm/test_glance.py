"""At a glance nothing is overseen that a close look at everything finds, however it is written."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

import pytest
from eth_hash.auto import keccak
from hypothesis import given
from hypothesis import strategies as st

from data.model import Standard, UnitThreshold, UsdThreshold
from data.model.block import ZERO_ADDRESS
from tests.unit.watcher.examples import CHAIN, ETHER, NAMES, NOON, PRICES, REF, watch
from watcher.concern import Asked, Wanted, concerns
from watcher.evm.block import EvmBlock
from watcher.evm.glance import EvmGlance, glance_at
from watcher.evm.transfers import (
    DEPOSIT,
    NATIVE_LOG_EMITTER,
    SWAPS,
    TRANSFER,
    TRANSFER_BATCH,
    TRANSFER_SINGLE,
    WITHDRAWAL,
    Customs,
    Inside,
)
from watcher.evm.wire import RpcBlock, RpcLog, RpcReceipt, RpcTransaction
from watcher.weigh import ONE, weighed, weight_of

from .blocks import (
    ALICE,
    BLOCK_HASH,
    BOB,
    TOKEN,
    TX_HASH,
    WRAPPED,
    address,
    log,
    receipt,
    topic,
    transaction,
    word,
)

WETH = "0x" + WRAPPED.hex()
USDC = "0x" + next(token.address for token in CHAIN.tokens_called("USDC")).hex()
CAROL = "0x" + "ca" * 20
RATES: dict[bytes | None, int] = {None: 3, WRAPPED: 5, address(USDC): 7}
FIVE_ETHER = UnitThreshold(
    Decimal(5), "ETH", {("ethereum", None): 5 * ETHER, ("ethereum", WRAPPED): 5 * ETHER}
)


def glance(*pairs: tuple[RpcTransaction, RpcReceipt]) -> EvmGlance:
    bodies, receipts = [one for one, _ in pairs], [one for _, one in pairs]
    return asyncio.run(glance_at(bodies, receipts, Customs(WRAPPED)))


def of_logs(*logs: RpcLog) -> EvmGlance:
    return glance((transaction(), receipt(*logs)))


def test_value_and_tokens_are_weighed_by_transaction() -> None:
    seen = glance(
        (transaction("0x2"), receipt(log([TRANSFER, topic(BOB), topic(CAROL)], word(4)))),
        (transaction("0x0"), receipt()),
        (
            transaction("0x1"),
            receipt(
                log([DEPOSIT, topic(BOB)], word(10), emitter=WETH),
                log([TRANSFER, topic(BOB), topic(CAROL)], word(100), emitter=USDC),
            ),
        ),
    )
    assert seen.weights(RATES) == [6, 0, 3 + 50 + 700]
    assert seen.weights({address(TOKEN): 2}) == [8, 0, 0]


def test_all_tokens_that_move_are_seen() -> None:
    seen = of_logs(
        log([TRANSFER, topic(BOB), topic(CAROL)], emitter=TOKEN),
        log([WITHDRAWAL, topic(BOB)], emitter=WETH),
        log([WITHDRAWAL, topic(BOB)], emitter=USDC),
    )
    assert set(seen.tokens) == {address(TOKEN), WRAPPED}


def test_who_was_party_is_found_by_transaction() -> None:
    seen = glance(
        (transaction("0x5"), receipt()),
        (transaction(), receipt(log([TRANSFER, topic(CAROL), topic(BOB)]))),
        (transaction(), receipt()),
        (transaction(), receipt(log([DEPOSIT, topic(CAROL)], emitter=WETH))),
    )
    assert seen.parties() == {address(ALICE), address(BOB), address(CAROL), WRAPPED}
    assert seen.touching({address(ALICE)}) == {0}
    assert seen.touching({address(BOB)}) == {0, 1}
    assert seen.touching({address(CAROL)}) == {1, 3}
    assert seen.touching({WRAPPED}) == {3}
    assert seen.touching({address(TOKEN)}) == set()


@pytest.mark.parametrize(
    ("topics", "data"),
    [
        ([TRANSFER, topic(BOB), topic(CAROL)], word(0)),
        ([TRANSFER, topic(BOB), topic(CAROL), word(1)], "0x"),
        ([TRANSFER_SINGLE, topic(ALICE), topic(BOB), topic(CAROL)], word(1) + word(1)[2:]),
        ([TRANSFER_BATCH, topic(ALICE), topic(BOB), topic(CAROL)], "0x"),
    ],
)
def test_parties_are_seen_to_what_weighs_nothing(topics: list[str], data: str) -> None:
    seen = of_logs(log(topics, data, emitter=USDC))
    assert seen.parties() == {address(BOB), address(CAROL)}
    assert seen.touching({address(CAROL)}) == {0}
    assert seen.weights(RATES) == [0]


@pytest.mark.parametrize(
    ("event", "signature"),
    [
        (TRANSFER_SINGLE, b"TransferSingle(address,address,address,uint256,uint256)"),
        (TRANSFER_BATCH, b"TransferBatch(address,address,address,uint256[],uint256[])"),
    ],
)
def test_topics_are_the_hashes_of_signatures(event: str, signature: bytes) -> None:
    assert event == "0x" + keccak(signature).hex()


def test_nothing_is_seen_of_a_transaction_that_failed() -> None:
    seen = glance(
        (transaction("0x5"), receipt(log([TRANSFER, topic(BOB), topic(CAROL)]), status="0x0"))
    )
    assert seen.parties() == set()
    assert seen.weights(RATES) == [0]


@pytest.mark.parametrize("data", ["-0x" + "f" * 63, "0x" + "f" * 100, "0x" + "zz" * 32, "0x"])
def test_an_amount_that_is_none_takes_no_weight_from_the_others(data: str) -> None:
    paid = [TRANSFER, topic(BOB), topic(CAROL)]
    seen = of_logs(log(paid, data, emitter=USDC), log(paid, word(1), emitter=USDC))
    assert seen.weights(RATES) == [7]


async def test_a_large_block_is_seen_whole() -> None:
    bodies = [transaction("0x1") for _ in range(2500)]
    receipts = [receipt(log([TRANSFER, topic(BOB), topic(CAROL)], emitter=USDC)) for _ in bodies]
    seen = await glance_at(bodies, receipts, Customs(WRAPPED))
    assert seen.weights(RATES) == [3 + 5 * 7] * 2500
    assert seen.touching({address(CAROL)}) == set(range(2500))


def _written_otherwise(text: str) -> st.SearchStrategy[str]:
    """As it is mostly, else in one of the ways in which it is written oddly, or wrongly."""
    odd = st.sampled_from(
        [
            text.upper(),
            "0x" + text[2:].upper(),
            text[2:],
            text[:-1],
            text + "0",
            "-" + text,
            "-" + text[:-1],
            text[:4] + "_" + text[5:],
            " " + text[:-1],
            text[:2] + "0x" + text[4:],
            text.replace("0", "٠"),
            "",
            "0x",
        ]
    )
    return st.one_of(st.just(text), st.just(text), st.just(text), odd)


_ADDRESSES = st.sampled_from([ALICE, BOB, CAROL, WETH, "0x" + "00" * 20]).flatmap(
    _written_otherwise
)
_EMITTERS = st.sampled_from([USDC, WETH, TOKEN, "0x" + "ff" * 19 + "fe"]).flatmap(
    _written_otherwise
)
_NUMBERS = st.one_of(
    st.integers(0, 10), st.integers(0, 2**256 - 1), st.sampled_from([10**9, 10**10, 10 * ETHER])
)
_EVENTS = st.sampled_from(
    [TRANSFER, TRANSFER, DEPOSIT, WITHDRAWAL, TRANSFER_SINGLE, TRANSFER_BATCH, min(SWAPS)]
)
_TOPICS = st.tuples(
    _EVENTS.flatmap(_written_otherwise),
    st.lists(
        st.sampled_from([topic(ALICE), topic(BOB), topic(CAROL), "0x" + "11" * 32]).flatmap(
            _written_otherwise
        ),
        max_size=4,
    ),
).map(lambda both: [both[0], *both[1]])
_ODD_LOGS = st.builds(
    lambda emitter, topics, data: log(topics, data, emitter=emitter),
    _EMITTERS,
    st.one_of(_TOPICS, _TOPICS, st.just([])),
    _NUMBERS.map(word).flatmap(_written_otherwise),
)
_PARTIES = st.sampled_from([topic(ALICE), topic(BOB), topic(CAROL)])
_SOUND_LOGS = st.builds(
    lambda emitter, topics, amount: log(topics, word(amount), emitter=emitter),
    st.sampled_from([USDC, WETH, TOKEN, "0x" + NATIVE_LOG_EMITTER.hex()]),
    st.one_of(
        st.tuples(st.just(TRANSFER), _PARTIES, _PARTIES),
        st.tuples(st.just(TRANSFER), _PARTIES, _PARTIES, st.just(word(7))),
        st.tuples(st.just(TRANSFER_SINGLE), _PARTIES, _PARTIES, _PARTIES),
        st.tuples(st.sampled_from([DEPOSIT, WITHDRAWAL]), _PARTIES),
    ),
    _NUMBERS,
)
_LOGS = st.one_of(_SOUND_LOGS, _ODD_LOGS)
_BODIES = st.builds(
    RpcTransaction,
    st.sampled_from([TX_HASH, "0x" + "72" * 32]).flatmap(_written_otherwise),
    st.none() | _ADDRESSES,
    st.none() | _ADDRESSES,
    _NUMBERS.map(hex).flatmap(_written_otherwise),
    st.sampled_from(["0x2", "0x64", "0x7e", None]),
    mint=st.none() | _NUMBERS.map(hex).flatmap(_written_otherwise),
)
_RECEIPTS = st.builds(
    lambda logs, status, created: receipt(*logs, status=status, created=created),
    st.lists(_LOGS, max_size=4),
    st.sampled_from(["0x1", "0x1", "0x1", "0x0", None]),
    st.none() | _ADDRESSES,
)
_BLOCKS = st.lists(st.tuples(_BODIES, _RECEIPTS), max_size=5)
_CUSTOMS = st.builds(
    Customs,
    st.just(WRAPPED),
    st.booleans(),
    st.just(frozenset({"0x7e", "0x64"})),
    st.just(frozenset({"0x64"})),
    native_contract=st.none() | st.just(address(TOKEN)),
)
_INSIDE = st.lists(st.builds(Inside, _ADDRESSES, _ADDRESSES, _NUMBERS.map(hex)), max_size=3)


def block_of(
    pairs: Sequence[tuple[RpcTransaction, RpcReceipt]],
    customs: Customs,
    inside: Sequence[Inside] = (),
) -> EvmBlock:
    body = RpcBlock("0x64", BLOCK_HASH, BLOCK_HASH, "0x1", "0x", [one for one, _ in pairs])
    traced = {index: inside for index, _ in enumerate(pairs)}
    return EvmBlock(REF, customs, body, [one for _, one in pairs], inside=traced)


@given(_BLOCKS, _CUSTOMS, _INSIDE)
def test_all_that_a_close_look_finds_is_seen(
    pairs: list[tuple[RpcTransaction, RpcReceipt]], customs: Customs, inside: list[Inside]
) -> None:
    block = block_of(pairs, customs, inside)
    seen = asyncio.run(block.glance())
    weights = seen.weights(RATES)
    assert len(weights) == len(pairs)
    for found in block.transactions():
        assert found == block.transaction(found.position)
        assert found.hash == block.hashes()[found.position]
        alike = [one for one in found.transfers if one.standard is Standard.ERC20]
        exact = sum(RATES.get(one.token, 0) * one.amount for one in alike)
        assert weights[found.position] >= exact
        assert {one.token for one in alike} <= {None, *seen.tokens}
        for one in found.transfers:
            for party in {one.sender, one.recipient} - {ZERO_ADDRESS}:
                assert party in seen.parties()
                assert found.position in seen.touching({party})


def concern(block: EvmBlock, asked: Asked, *, closely: bool) -> Wanted:
    async def look() -> Wanted:
        found = weighed(CHAIN, block, await block.glance(), NAMES, PRICES, NOON)
        if closely:  # nothing is too light to be looked at closely, and nobody
            heavy = [weight_of(Decimal(10) ** 90)] * len(found.weights)
            leaden = dict.fromkeys((None, *found.glance.tokens), ONE << 256)
            found = replace(found, weights=heavy, rates=leaden)
        return await concerns(CHAIN, [found], NAMES, asked)

    return asyncio.run(look())


@given(_BLOCKS, _CUSTOMS, _INSIDE, st.booleans(), st.booleans(), st.decimals(0, 100_000, places=2))
def test_nothing_that_concerns_somebody_is_missed_however_it_is_written(
    pairs: list[tuple[RpcTransaction, RpcReceipt]],
    customs: Customs,
    inside: list[Inside],
    is_watched: bool,
    has_unit_feed: bool,
    keep_from: Decimal,
) -> None:
    watches = [watch(UsdThreshold(Decimal(1)), address=address(ALICE))] if is_watched else []
    feeds = [watch(FIVE_ETHER, address=None)] if has_unit_feed else []
    asked = Asked(watches, None, feeds, keep_from, {})
    block = block_of(pairs, customs, inside)
    assert concern(block, asked, closely=False) == concern(block, asked, closely=True)
