"""The ordinary traffic looks like a chain's: many kinds, most of them small, some whales."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal

import pytest

from sandbox.chain import Chain, NoiseSpec, bsc_spec, drafts, ethereum_spec, events, hexes


@pytest.fixture(scope="module")
def traffic():
    chain = Chain(ethereum_spec(), history=2)
    chain.mine(10, transactions=200)
    return [tx.draft for block in chain.ledger.branch(10) for tx in block.transactions]


def test_logs_are_about_twice_the_transactions(traffic):
    assert 1.5 < sum(len(draft.logs) for draft in traffic) / len(traffic) < 2.6


def test_every_kind_of_event_occurs(traffic):
    kinds = Counter((log.topics[0], len(log.topics)) for draft in traffic for log in draft.logs)

    for kind in (
        (events.TRANSFER, 3),
        (events.TRANSFER, 4),
        (events.APPROVAL, 3),
        (events.DEPOSIT, 2),
        (events.WITHDRAWAL, 2),
        (events.SWAP_V2, 3),
    ):
        assert kinds[kind] > 5


def test_there_are_failures_with_value_creations_spam_and_zero_value_poison(traffic):
    spam = {hexes.address(token.address) for token in ethereum_spec().spam}
    logs = [log for draft in traffic for log in draft.logs]

    assert any(draft.status == 0 and draft.value for draft in traffic)
    assert not any(draft.status == 0 and draft.logs for draft in traffic)
    assert any(draft.recipient is None for draft in traffic)
    assert any(log.address in spam for log in logs)
    assert any(log.data == hexes.uint(0) for log in logs)


def test_labelled_wallets_take_part(traffic):
    labelled = {hexes.address(wallet.address) for wallet in ethereum_spec().wallets}

    assert sum(draft.sender in labelled for draft in traffic) > 20


def test_the_same_people_come_back(traffic):
    senders = Counter(draft.sender for draft in traffic)

    assert len(senders) < len(traffic) * 0.8
    assert senders.most_common(1)[0][1] > 5


@pytest.mark.parametrize(("share", "fewest", "most"), [(0.0, 0, 0), (1.0, 200, 200)])
def test_the_share_of_whales_is_a_setting(share, fewest, most):
    chain = Chain(ethereum_spec(noise=NoiseSpec(whale_share=share)), history=2)
    chain.mine(5, transactions=200)

    payments = whales = 0
    for block in chain.ledger.branch(5):
        usd = chain.market.usd("ETH", block.timestamp)
        for tx in block.transactions:
            if tx.draft.value and not tx.draft.data and tx.draft.status:
                payments += 1
                whales += Decimal(tx.draft.value) * usd / 10**18 >= 100_000
    assert payments > 100
    assert whales == (payments if share else 0)


def test_a_bsc_block_ends_with_its_zero_gas_system_transaction():
    chain = Chain(bsc_spec(), history=2)
    chain.mine(1, transactions=5)

    *ordinary, system = chain.head.transactions
    assert len(ordinary) == 5
    assert system.fees.effective(0) == 0
    assert system.draft.sender == chain.head.header.miner
    assert system.draft.recipient == drafts.VALIDATOR_SET


def test_an_empty_block_is_possible():
    chain = Chain(bsc_spec(), history=2)
    chain.mine(1)

    assert chain.head.transactions == ()
