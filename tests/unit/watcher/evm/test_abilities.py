"""What is learnt of nodes, and for how long."""

from __future__ import annotations

import dataclasses

from watcher.evm.abilities import LARGEST_BATCH, STRIKES, Abilities, Ability, Plan
from watcher.evm.batches import AT_FIRST, AT_MOST, GOOD_SIZE, Batches
from watcher.rpc.breaker import State
from watcher.rpc.snapshot import NodeSnapshot, Standing

NODE = "https://a.example"


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def fresh() -> tuple[Abilities, Clock]:
    clock = Clock()
    return Abilities(clock=clock, again_after=3600), clock


def snapshot(state: Standing) -> NodeSnapshot:
    nothing = {field.name: 0 for field in dataclasses.fields(NodeSnapshot)}
    return NodeSnapshot(**{**nothing, "name": NODE, "state": state, "breaker": State.CLOSED})


def test_nothing_is_assumed_and_everything_tried() -> None:
    known, _ = fresh()
    assert known.plan(NODE) is None
    assert known.rank(NODE) == 0
    assert all(known.may(NODE, ability) for ability in Ability)


def test_what_a_node_cannot_do_is_tried_again_after_an_hour() -> None:
    known, clock = fresh()
    known.cannot(NODE, Ability.RECEIPTS)
    known.did(NODE, Ability.LOGS)
    assert known.plan(NODE) is Plan.LOGS
    assert known.rank(NODE) == 1
    clock.now += 3601
    assert known.may(NODE, Ability.RECEIPTS)
    assert known.plan(NODE) is None
    assert known.rank(NODE) == 0


def test_passing_trouble_counts_as_inability_only_when_it_goes_on() -> None:
    known, clock = fresh()
    for _ in range(STRIKES - 1):
        known.refused(NODE, Ability.RECEIPTS)
    known.did(NODE, Ability.RECEIPTS)
    for _ in range(STRIKES - 1):
        known.refused(NODE, Ability.RECEIPTS)
    assert known.may(NODE, Ability.RECEIPTS)
    known.refused(NODE, Ability.RECEIPTS)
    assert not known.may(NODE, Ability.RECEIPTS)
    clock.now += 61
    assert known.may(NODE, Ability.RECEIPTS)


def test_a_chain_without_hope_is_tried_again_every_minute() -> None:
    known, clock = fresh()
    for ability in (Ability.RECEIPTS, Ability.LOGS, Ability.FILTERED):
        assert not known.hopeless([NODE])
        known.cannot(NODE, ability)
    assert known.plan(NODE) is Plan.HEADS
    assert known.hopeless([NODE])
    assert not known.hopeless([NODE, "https://b.example"])
    assert known.hopeless([NODE])
    clock.now += 30
    assert known.hopeless([NODE])
    clock.now += 30
    assert not known.hopeless([NODE])
    assert known.plan(NODE) is None


def test_a_node_that_was_set_aside_is_got_to_know_anew() -> None:
    known, _ = fresh()
    known.cannot(NODE, Ability.RECEIPTS)
    for state in (Standing.READY, Standing.WAITING):
        known.keep_up([snapshot(state)])
        assert not known.may(NODE, Ability.RECEIPTS)
    known.keep_up([snapshot(Standing.OPEN)])
    assert known.may(NODE, Ability.RECEIPTS)


def test_batches_are_halved_until_a_node_takes_them_and_tried_again_after_an_hour() -> None:
    known, clock = fresh()
    assert known.batch(NODE) == LARGEST_BATCH
    known.refused_batch(NODE, 50)
    known.refused_batch(NODE, 25)
    assert known.batch(NODE) == 12
    known.refused_batch(NODE, 1, again_after=60)
    assert known.batch(NODE) == 1
    clock.now += 61
    assert known.batch(NODE) == 1
    clock.now += 3601
    assert known.batch(NODE) == LARGEST_BATCH


def test_as_many_blocks_are_asked_for_as_make_an_answer_of_good_size() -> None:
    batches = Batches()
    assert batches.size == AT_FIRST
    # large blocks count at once
    batches.took(20, 20 * GOOD_SIZE // 4)
    assert batches.size == 4
    batches.took(4, 40 * GOOD_SIZE)
    assert batches.size == 1
    batches.failed()
    assert batches.size == 1
    # small ones by and by
    sizes = []
    for _ in range(60):
        batches.took(1, 1000)
        sizes.append(batches.size)
    assert sizes[0] == 1
    assert sizes == sorted(sizes)
    assert sizes[-1] == AT_MOST
    batches.failed()
    assert 1 < batches.size <= AT_MOST
