"""Who is meant by a name, or by the beginning of one."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from bot.acquaintance import known_as
from data.chains import known_chains
from data.labels import Label, Labels
from data.model import ChatName, Direction, Watch

CHAINS = (known_chains()["ethereum"], known_chains()["bsc"])
ONE, TWO, THREE, FOUR = (bytes([number]) * 20 for number in range(1, 5))
LABELS = Labels(
    {
        ("*", ONE): Label("Binance", "Binance 14", "exchange"),
        ("*", TWO): Label("Binance", "Binance 2", "exchange"),
        ("bsc", THREE): Label("Other", "Old Binance", "exchange"),
        ("polygon", FOUR): Label("Other", "Binance 3", "exchange"),
    }
)


def watch(address: bytes, label: str) -> Watch:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    return Watch(1, 1, 1, 0, None, address, None, Direction.BOTH, label, None, now)


def test_what_begins_so_goes_before_what_has_it_inside_and_short_before_long() -> None:
    assert known_as("BINANCE", [], [], LABELS, CHAINS, 5) == [TWO, ONE, THREE]
    assert known_as("binance 14", [], [], LABELS, CHAINS, 5) == [ONE]


def test_own_names_go_before_those_that_everybody_knows() -> None:
    names = [ChatName(None, FOUR, "binance savings, the old ones")]
    watches = [watch(THREE, "Binance of mine")]

    assert known_as("binance", names, watches, LABELS, CHAINS, 3) == [THREE, FOUR, TWO]


def test_an_address_with_several_names_comes_once() -> None:
    assert known_as("b", [ChatName(None, ONE, "Bob")], [], LABELS, CHAINS, 9).count(ONE) == 1


def test_nobody_of_that_name() -> None:
    assert known_as("nobody", [], [], LABELS, CHAINS, 5) == []


@given(st.text(max_size=20), st.integers(0, 9))
def test_whatever_is_typed_there_are_at_most_so_many(text: str, most: int) -> None:
    found = known_as(text, [], [], LABELS, CHAINS, most)

    assert len(found) == len(set(found)) <= most
