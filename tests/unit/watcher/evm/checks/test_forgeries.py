"""Every single log or receipt of a block deleted, doubled or exchanged: all of it is found out."""

from __future__ import annotations

import copy
import dataclasses
from collections.abc import Iterator
from contextlib import suppress
from itertools import combinations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.chains import known_chains
from sandbox.chain import Chain, ethereum_spec
from sandbox.chain.rendering import Rendering
from tests.unit.watcher.evm.sealed import Json, logs_in, receipts_in, renumbered, sealed
from watcher.evm.checks.bloom import Blooms
from watcher.evm.checks.header import HeaderChecks
from watcher.evm.checks.logs import check_logs
from watcher.evm.checks.receipts import check_receipts
from watcher.evm.checks.receipts_root import receipts_root
from watcher.evm.wire import RpcBlock
from watcher.rpc.errors import RpcError

CHAIN = known_chains()["ethereum"]


async def found_out(body: RpcBlock, told: list[Json], *, audit: bool = False) -> bool:
    receipts = receipts_in(told)
    try:
        texts = await check_receipts(body, receipts)
    except RpcError:
        return True
    checks = HeaderChecks(CHAIN, audit=audit)
    return await checks.contradiction(body, texts, receipts) is not None


async def logs_found_out(body: RpcBlock, told: list[Json]) -> bool:
    try:
        _, texts = await check_logs(body, logs_in(told), filtered=False)
    except RpcError:
        return True
    return await HeaderChecks(CHAIN, audit=False).contradiction(body, texts, None) is not None


def log_forgeries(told: list[Json]) -> Iterator[list[Json]]:
    places = [(r, n) for r, receipt in enumerate(told) for n in range(len(receipt["logs"]))]
    for receipt, number in places:
        fewer = copy.deepcopy(told)
        del fewer[receipt]["logs"][number]
        yield fewer
        more = copy.deepcopy(told)
        more[receipt]["logs"].insert(number, copy.deepcopy(more[receipt]["logs"][number]))
        yield more


def exchanged_logs(told: list[Json]) -> Iterator[list[Json]]:
    places = [(r, n) for r, receipt in enumerate(told) for n in range(len(receipt["logs"]))]
    for (r, n), (other_r, other_n) in combinations(places, 2):
        forged = copy.deepcopy(told)
        one, other = forged[r]["logs"][n], forged[other_r]["logs"][other_n]
        forged[r]["logs"][n], forged[other_r]["logs"][other_n] = other, one
        yield forged


def receipt_forgeries(told: list[Json]) -> Iterator[list[Json]]:
    for index in range(len(told)):
        yield told[:index] + told[index + 1 :]
        yield [*told[:index], told[index], *told[index:]]
        yield [*told[:index], told[index - 1], *told[index + 1 :]]
    for one, other in combinations(range(len(told)), 2):
        forged = list(told)
        forged[one], forged[other] = told[other], told[one]
        yield forged


async def test_an_honest_block_passes_everything() -> None:
    for transactions in (0, 1, 12, 130):
        body, told = sealed(transactions)
        assert not await found_out(body, told, audit=True)
        assert not await logs_found_out(body, [log for one in told for log in one["logs"]])


@pytest.mark.parametrize("forge", [log_forgeries, exchanged_logs, receipt_forgeries])
async def test_one_forgery_anywhere_is_found_out(forge) -> None:
    body, told = sealed()
    forged = list(forge(told))
    assert len(forged) >= 20
    for answer in forged:
        assert await found_out(body, answer)


async def test_in_an_audit_a_forger_may_number_the_logs_anew_in_vain() -> None:
    body, told = sealed()
    for forged in (*log_forgeries(told), *exchanged_logs(told)):
        assert await found_out(body, renumbered(forged), audit=True)


async def test_in_an_audit_no_amount_can_be_changed() -> None:
    body, told = sealed()
    for receipt in told:
        for log in receipt["logs"]:
            honest = log["data"]
            log["data"] = honest[:-1] + ("1" if honest[-1] != "1" else "2")
            assert await found_out(body, told, audit=True)
            log["data"] = honest


async def test_logs_cut_off_at_the_end_are_found_out_though_others_set_the_same_bits() -> None:
    chain = Chain(ethereum_spec(), history=1)
    for amount in (5, 7):
        chain.transfer_erc20("USDC", "0x" + "a1" * 20, "0x" + "b0" * 20, amount, mine=False)
    chain.transfer("0x" + "a1" * 20, "0x" + "b0" * 20, 1, mine=False)
    chain.mine(1)
    rendering = Rendering(chain.head)
    body = msgspec.json.decode(rendering.full, type=RpcBlock)
    told = msgspec.json.decode(rendering.all_receipts)
    assert not await found_out(body, told)
    last = max(index for index, receipt in enumerate(told) if receipt["logs"])
    told[last]["logs"] = []
    assert await found_out(body, told)


async def test_one_forgery_in_the_answer_to_get_logs_is_found_out() -> None:
    body, told = sealed()
    logs = [log for receipt in told for log in receipt["logs"]]
    assert not await logs_found_out(body, logs)
    for index in range(len(logs)):
        assert await logs_found_out(body, logs[:index] + logs[index + 1 :])
        assert await logs_found_out(body, [*logs[:index], logs[index], *logs[index:]])
    for one, other in combinations(range(len(logs)), 2):
        forged = list(logs)
        forged[one], forged[other] = logs[other], logs[one]
        assert await logs_found_out(body, forged)


async def test_a_bloom_is_held_against_nothing_where_the_chain_says_that_it_does_not_hold() -> None:
    body, told = sealed()
    body.logs_bloom = "0x" + "00" * 256
    assert await found_out(body, told)
    for first in (None, 10**9):
        integrity = dataclasses.replace(CHAIN.integrity, bloom_from=first)
        checks = HeaderChecks(dataclasses.replace(CHAIN, integrity=integrity), audit=False)
        receipts = receipts_in(told)
        texts = await check_receipts(body, receipts)
        assert await checks.contradiction(body, texts, receipts) is None


_TEXT = st.text(max_size=8) | st.from_regex(r"0x[0-9a-fA-F ]{0,70}", fullmatch=True)
_FIELDS = ["status", "root", "type", "transactionIndex", "blockNumber", "cumulativeGasUsed"]
_LOG_FIELDS = ["address", "data", "logIndex", "transactionIndex", "blockHash"]


@given(st.data())
async def test_whatever_is_written_into_it_only_the_errors_of_the_tree_are_raised(data) -> None:
    body, told = sealed(3)
    for receipt in told:
        for name in data.draw(st.lists(st.sampled_from([*_FIELDS, "logsBloom"]), max_size=2)):
            receipt[name] = data.draw(_TEXT)
        for log in receipt["logs"]:
            for name in data.draw(st.lists(st.sampled_from(_LOG_FIELDS), max_size=1)):
                log[name] = data.draw(_TEXT)
            log["topics"] = log["topics"] + data.draw(st.lists(_TEXT, max_size=1))
    receipts = receipts_in(told)
    try:
        texts = await check_receipts(body, receipts)
        # past the checks of what is told, so that the recomputing sees it as well
    except RpcError:
        texts = set()
    for known in (texts, {text for one in receipts for log in one.logs for text in log.topics}):
        with suppress(RpcError):
            await HeaderChecks(CHAIN, audit=True).contradiction(body, known, receipts)
    with suppress(RpcError):
        await receipts_root(receipts, Blooms(), deposit_nonces=True)
