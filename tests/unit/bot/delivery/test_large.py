"""What is large enough for an answer when a reorg takes it back, and what the answer says."""

from decimal import Decimal

import pytest

from bot.delivery.markup import plain_text
from bot.delivery.outbox import Story
from bot.delivery.taken_back import TakenBack, answer_text, is_large
from data.chains import known_chains
from data.labels import curated_labels
from data.model import AlertState, UnitThreshold, UsdThreshold
from tests.unit.bot.delivery.alerts import alert, chat, ether, movement, usdc, watch

TAKEN = AlertState.RETRACTED


def large(dollars: int, threshold=UsdThreshold(Decimal(1_000)), **changes) -> bool:  # noqa: B008 - a value
    story = Story(
        [alert(1)], {1: movement(legs=[usdc(dollars)])}, {1: watch(threshold=threshold)}, {}
    )
    return is_large(alert(1, **changes), story, chat())


@pytest.mark.parametrize(
    ("dollars", "threshold", "is_so"),
    [
        (9_999, 1_000, False),
        (10_000, 1_000, True),
        (999_999, 100_000, False),
        (1_000_000, 50_000_000, True),
        (99_999, None, False),
    ],
)
def test_ten_times_what_was_asked_for_or_a_million_is_large(dollars, threshold, is_so):
    asked = None if threshold is None else UsdThreshold(Decimal(threshold))
    assert large(dollars, asked) is is_so


def test_a_threshold_in_units_counts_in_units():
    asked = UnitThreshold(Decimal(5), "ETH", {("ethereum", None): 5 * 10**18})
    for amount, is_so in (("49", False), ("50", True)):
        moved = movement(legs=[ether(amount, price=None)])
        story = Story([alert(1)], {1: moved}, {1: watch(threshold=asked)}, {})
        assert is_large(alert(1), story, chat()) is is_so


def test_without_a_price_a_watch_or_a_movement_nothing_is_large():
    unpriced = movement(legs=[ether("9000", price=None)])
    assert not is_large(alert(1), Story([alert(1)], {1: unpriced}, {1: watch()}, {}), chat())
    assert not is_large(alert(1), Story([alert(1)], {}, {}, {}), chat())


def test_a_further_match_can_be_what_makes_it_large():
    small = watch(2, threshold=UsdThreshold(Decimal(10)))
    story = Story(
        [alert(1)],
        {1: movement(legs=[usdc(5_000)])},
        {1: watch(threshold=UsdThreshold(Decimal(5_000))), 2: small},
        {},
    )
    assert not is_large(alert(1), story, chat())
    assert is_large(alert(1, others=((2, 1),)), story, chat())


def told(*found, **options) -> str:
    movements = {one.movement_id: movement(number=one.movement_id) for one in found}
    story = Story(found, movements, {1: watch()}, {})
    taken = TakenBack(story, found[:1])
    return plain_text(answer_text(taken, known_chains(), curated_labels(), **options).text)


def test_the_answer_says_what_is_gone_and_why():
    first, why = told(alert(1, state=TAKEN)).splitlines()
    assert first == "↩️ Taken back: Received 1,250 ETH · $3.12M"
    assert why.startswith(
        "A reorganisation of Ethereum removed its block, and it has not come back."
    )
    assert why.endswith("If it does, the message above is restored.")


def test_of_many_it_tells_the_number_the_largest_and_where():
    text = told(*(alert(number, state=TAKEN) for number in range(1, 251)))
    assert text.startswith("↩️ 250 alerts taken back, the largest: Received 1,250 ETH · $3.12M")
    mixed = told(alert(1, state=TAKEN), alert(2, state=TAKEN, chain="bsc"))
    assert "BNB Smart Chain and Ethereum" in mixed


def test_an_answer_that_may_be_a_repeat_says_so():
    assert "Possible repeat" in told(alert(1, state=TAKEN), is_repeat=True)
