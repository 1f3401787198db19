"""Which watch is meant."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.parse.reference import parse_reference, referred
from bot.parse.text import LABEL_LENGTH, cleaned, parse_label, shown
from data.errors import InputError
from data.model import Direction, Watch

ADDRESS = bytes(range(20))


def watch(number: int, address: bytes | None = ADDRESS, label: str | None = None) -> Watch:
    born = datetime(2026, 1, 1, tzinfo=UTC)
    return Watch(number, number, 1, 0, None, address, None, Direction.BOTH, label, None, born)


@pytest.mark.parametrize(
    ("text", "reference"),
    [
        ("3", 3),
        ("#3", 3),
        ("0x" + ADDRESS.hex(), ADDRESS),
        ("https://etherscan.io/address/0x" + ADDRESS.hex(), ADDRESS),
        ("Cold  wallet", "Cold wallet"),
        ("9999999999", "9999999999"),
    ],
)
def test_reads_numbers_addresses_and_labels(text: str, reference: object) -> None:
    assert parse_reference(text) == reference


@pytest.mark.parametrize("text", ["", "  ", "\u202e", "0x12"])
def test_refuses(text: str) -> None:
    with pytest.raises(InputError):
        parse_reference(text)


def test_finds_by_number_address_and_label_whatever_its_case() -> None:
    watches = [watch(1, label="Cold Wallet"), watch(2, bytes(20)), watch(3, None)]

    assert referred(3, watches) is watches[2]
    assert referred(bytes(20), watches) is watches[1]
    assert referred("cold wallet", watches) is watches[0]


def test_asks_for_the_number_when_a_label_fits_several() -> None:
    with pytest.raises(InputError, match=r"number \(1, 2\)"):
        referred("a", [watch(1, label="A"), watch(2, label="a")])


@pytest.mark.parametrize("reference", [7, bytes(20), "nobody"])
def test_says_when_there_is_none(reference: int | bytes | str) -> None:
    with pytest.raises(InputError, match="no watch"):
        referred(reference, [watch(1)])


@given(st.text(max_size=100))
def test_any_text_is_read_or_refused(text: str) -> None:
    with suppress(InputError):
        referred(parse_reference(text), [watch(1, label="x")])


@given(st.text(max_size=200))
def test_labels_hold_nothing_unseen(text: str) -> None:
    label = parse_label(text)

    if label is not None:
        assert label.isprintable()
        assert 0 < len(label) <= LABEL_LENGTH
        assert parse_label(label) == label
    assert len(shown(text)) <= 24
    assert cleaned(cleaned(text)) == cleaned(text)


def test_a_label_of_nothing_visible_is_none() -> None:
    assert parse_label("\u202e\u200b \x00") is None
    assert parse_label("a\u202eb\nc") == "ab c"
