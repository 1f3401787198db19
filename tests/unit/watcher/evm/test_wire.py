"""Hex from nodes: read, or refused with a reason."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watcher.evm.wire import BadField, data, fixed, moment, quantity


@given(st.text(max_size=80) | st.from_regex(r"0x[0-9a-f \n]{0,66}", fullmatch=True))
def test_text_is_a_number_or_refused(text: str) -> None:
    for read in (quantity, moment, lambda told: fixed(told, 20)):
        try:
            read(text)
        except BadField:
            continue
        assert text.startswith("0x")
        assert not any(letter.isspace() for letter in text)


@pytest.mark.parametrize("text", ["0x" + "ab " * 19 + "ab", "ab" * 21, "0x" + "ab" * 21, "0x", ""])
def test_bytes_have_their_exact_length(text: str) -> None:
    with pytest.raises(BadField, match="20 bytes"):
        fixed(text, 20)


@given(st.integers(0, 2**256 - 1))
def test_a_time_leaves_room_for_what_is_added_to_it(seconds: int) -> None:
    try:
        time = moment(hex(seconds))
    except BadField:
        assert seconds >= 2**35
    else:
        assert time == datetime.fromtimestamp(seconds, UTC)
        assert time + timedelta(days=365 * 1000) > time - timedelta(days=365 * 1000)


@pytest.mark.parametrize(
    ("stated", "milliseconds"),
    [
        ((hex(1_760_000_000_600), None), 600),
        ((None, hex(1_760_000_000_250)), 250),
        ((hex(1_760_000_001_000), hex(1_760_000_000_250)), 250),
        ((hex(1_759_999_999_999), None), 0),
        (("soon", "0x"), 0),
        ((None, None), 0),
    ],
)
def test_milliseconds_count_where_they_agree_with_the_seconds(
    stated: tuple[str | None, str | None], milliseconds: int
) -> None:
    at = datetime.fromtimestamp(1_760_000_000, UTC) + timedelta(milliseconds=milliseconds)
    assert moment(hex(1_760_000_000), *stated) == at


@given(st.binary(max_size=60))
def test_data_has_any_length(raw: bytes) -> None:
    assert data("0x" + raw.hex()) == raw


@pytest.mark.parametrize("text", ["", "0", "0x1", "0xzz", "ab", "0x ab", "0xab cd"])
def test_what_is_not_data_is_refused(text: str) -> None:
    with pytest.raises(BadField):
        data(text)
