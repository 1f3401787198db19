"""Every single log or receipt of a block deleted, doubled or exchanged: all of it is found out."""

from __future__ import annotations

import copy
import dataclasses
from collections.abc import Iterator
from itertools import combinations

import pytest

from data.chains import known_chains
from tests.unit.watcher.evm.sealed import Json, logs_in, receipts_in, renumbered, sealed
from watcher.evm.checks.header import HeaderChecks
from watcher.evm.checks.logs import check_logs
from watcher.evm.checks.receipts import check_receipts
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
