"""A message is as sure as the least sure of what it tells."""

from dataclasses import replace

import pytest

from bot.delivery.certainty import certainty_of
from data.model import AlertState, Certainty, ChatKind, Settled
from data.queries.certainty import of_block
from tests.unit.bot.delivery.alerts import alert, chat, movement

BLOCK = movement().block.number


def sure(*found, movements=None, safe=BLOCK, finalized=None, kind=ChatKind.PRIVATE) -> Certainty:
    movements = movements or {1: movement(), 2: movement(number=2)}
    heights = {"ethereum": Settled(safe, finalized)}
    return certainty_of(chat(kind=kind), found, movements, heights)


@pytest.mark.parametrize(
    ("settled", "certainty"),
    [
        (None, Certainty.SEEN),
        (Settled(None, None), Certainty.SEEN),
        (Settled(9, 8), Certainty.SEEN),
        (Settled(10, 9), Certainty.CONFIRMED),
        (Settled(10, 10), Certainty.FINALIZED),
        (Settled(None, 11), Certainty.FINALIZED),
    ],
)
def test_a_block_is_as_sure_as_its_chain_has_settled(settled, certainty):
    assert of_block(settled, 10) is certainty


def test_the_least_sure_counts():
    higher = replace(movement(number=2), block=replace(movement().block, number=BLOCK + 1))
    assert sure(alert(1), alert(2)) is Certainty.CONFIRMED
    assert sure(alert(1), alert(2), movements={1: movement(), 2: higher}) is Certainty.SEEN
    assert sure(alert(1), finalized=BLOCK) is Certainty.FINALIZED
    assert sure() is Certainty.SEEN


def test_what_a_reorg_has_taken_is_not_sure_at_all():
    assert sure(alert(1), alert(2, state=AlertState.RETRACTED)) is Certainty.SEEN
    orphaned = {1: replace(movement(), orphaned=True)}
    assert sure(alert(1), movements=orphaned) is Certainty.SEEN
    assert sure(alert(3)) is Certainty.SEEN


def test_groups_are_not_told():
    assert sure(alert(1), kind=ChatKind.SUPERGROUP) is Certainty.SEEN
