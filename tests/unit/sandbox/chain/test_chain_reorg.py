"""Reorgs: the new branch is longer and honest; what survives is where it is said to be."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.chain import Chain, ethereum_spec, hexes

ALICE = "0x" + "a1" * 20
BOB = "0x" + "b0" * 20


def test_the_new_branch_is_one_longer_and_forks_where_it_says(chain):
    fork = chain.head
    chain.mine(3)

    happened = chain.reorg(3)

    assert happened.fork_number == fork.number
    assert [head.number for head in happened.orphaned] == [fork.number + n for n in (1, 2, 3)]
    assert [head.number for head in happened.added] == [fork.number + n for n in (1, 2, 3, 4)]
    assert not {head.hash for head in happened.orphaned} & {head.hash for head in happened.added}
    assert chain.ledger.at(fork.number + 1).parent_hash == fork.hash


def test_kept_transactions_have_the_same_hash_at_another_position(chain):
    sent = chain.transfer_erc20("USDC", ALICE, BOB, 100)

    happened = chain.reorg(1, transactions=8)

    found = chain.find(sent.tx_hash)
    assert happened.kept == (sent.tx_hash,)
    assert found.block_hash != sent.block_hash
    assert found.index > sent.index
    assert found.log_indexes != sent.log_indexes


def test_dropped_transactions_are_nowhere(chain):
    kept, dropped = chain.transfer(ALICE, BOB, 1), chain.transfer(BOB, ALICE, 2)

    happened = chain.reorg(2, keep=[kept.tx_hash])

    assert happened.dropped == (dropped.tx_hash,)
    assert chain.find(dropped.tx_hash) is None
    assert chain.find(kept.tx_hash) is not None


def test_late_transactions_are_in_the_branchs_last_block(chain):
    sent = [chain.transfer(ALICE, BOB, amount) for amount in (1, 2)]

    happened = chain.reorg(2, order="late")

    assert {chain.find(one.tx_hash).block_number for one in sent} == {happened.added[-1].number}


def test_reversed_transactions_change_places(chain):
    first = chain.transfer(ALICE, BOB, 1, mine=False)
    second = chain.transfer(BOB, ALICE, 1, mine=False)
    chain.mine()

    chain.reorg(1, order="reversed")

    assert chain.find(second.tx_hash).index < chain.find(first.tx_hash).index


def test_amounts_of_token_transfers_can_change_under_the_same_hash(chain):
    sent = chain.transfer_erc20("USDC", ALICE, BOB, 100)

    chain.reorg(1, amounts={sent.tx_hash: 150})

    found = chain.find(sent.tx_hash)
    log = chain.ledger.at(found.block_number).transactions[found.index].draft.logs[0]
    assert int.from_bytes(log.data, "big") == 150


def test_a_shorter_branch_can_be_asked_for(chain):
    chain.mine(3)
    top = chain.head.number

    chain.reorg(3, length=1)

    assert chain.head.number == top - 2


def test_orphans_stay_known_by_their_hash(chain):
    (orphan,) = chain.mine()

    chain.reorg(1)

    block = chain.ledger.known(hexes.word(orphan.hash))
    assert block.number == orphan.number
    assert not chain.ledger.is_canonical(block)


steps = st.lists(
    st.one_of(
        st.tuples(st.just("mine"), st.integers(0, 3)),
        st.tuples(st.just("send"), st.integers(1, 9)),
        st.tuples(st.sampled_from(["all", "none"]), st.integers(1, 4)),
    ),
    max_size=12,
)


@settings(max_examples=30, deadline=None)
@given(steps)
def test_whatever_happens_the_canonical_branch_links_and_finds_its_transactions(walk):
    chain = Chain(ethereum_spec(), history=6)
    for verb, number in walk:
        if verb == "mine":
            chain.mine(1, transactions=number)
        elif verb == "send":
            chain.transfer(ALICE, BOB, number)
        else:
            chain.reorg(number, keep=verb)

    blocks = list(chain.ledger.numbers(chain.ledger.lowest, chain.head.number))
    assert [block.number for block in blocks] == list(
        range(chain.ledger.lowest, chain.head.number + 1)
    )
    for parent, child in pairwise(blocks):
        assert child.parent_hash == parent.hash
        assert child.timestamp > parent.timestamp
    for block in blocks:
        for index, tx_hash in enumerate(block.transaction_hashes):
            assert chain.ledger.place(tx_hash) == (block, index)
