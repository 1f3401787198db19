"""A link holds a watch, and only the bot that made it can have."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from bot.parse.threshold import parse_threshold
from bot.sharing.link import LONGEST, PREFIX, NotOurs, link_to_list, link_to_watch, opened
from bot.sharing.sealed import hkdf
from data.model import Direction, Unpriced
from tests.unit.bot.sheet.watchlists import (
    CHAINS,
    NOW,
    addresses,
    chains,
    labels,
    plain_watch,
    usd,
    watchlists,
)

if TYPE_CHECKING:
    from data.model import UsdThreshold, Watch

TOKEN = "123456789:" + "x" * 35
LETTERS = re.compile(r"[A-Za-z0-9_-]{1,64}")


def test_keys_are_those_of_the_rfc() -> None:
    """Its first test case."""
    key = hkdf(
        bytes.fromhex("0b" * 22),
        bytes.fromhex("f0f1f2f3f4f5f6f7f8f9"),
        42,
        bytes.fromhex("000102030405060708090a0b0c"),
    )

    assert key.hex() == (
        "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865"
    )


@settings(max_examples=60, deadline=None)
@given(addresses, chains, usd | st.none(), st.sampled_from(Direction), labels)
def test_a_plain_watch_fits_its_link_and_comes_back_without_what_is_private(
    address: bytes,
    chain: str | None,
    threshold: UsdThreshold | None,
    direction: Direction,
    label: str | None,
) -> None:
    plain = plain_watch(address=address)
    watch = replace(
        plain, chain=chain, threshold=threshold, direction=direction, label=label,
        chat_id=-100_123, topic_id=7, number=9, muted_until=NOW, unpriced=Unpriced.TELL,
    )  # fmt: skip

    link = link_to_watch(watch, CHAINS, TOKEN)

    assert link is not None
    assert LETTERS.fullmatch(link)
    assert len(link) <= LONGEST
    found = opened(link, CHAINS, TOKEN)
    assert not isinstance(found, bytes)
    assert replace(found, created_at=NOW) == replace(
        watch, id=0, chat_id=0, topic_id=0, number=1, label=None, muted_until=None
    )


@settings(max_examples=30, deadline=None)
@given(watchlists())
def test_whatever_fits_a_link_comes_back_whole(watches: list[Watch]) -> None:
    for watch in watches:
        link = link_to_watch(watch, CHAINS, TOKEN)
        if link is None:
            continue
        found = opened(link, CHAINS, TOKEN)
        assert not isinstance(found, bytes)
        assert (found.threshold, found.scope) == (watch.threshold, watch.scope)


@pytest.mark.parametrize("text", ["50 ETH", "1.5m USDC", "0.05 BNB"])
def test_units_fit(text: str) -> None:
    watch = replace(plain_watch(), threshold=parse_threshold(text, CHAINS))

    link = link_to_watch(watch, CHAINS, TOKEN)

    assert link is not None
    found = opened(link, CHAINS, TOKEN)
    assert not isinstance(found, bytes)
    assert found.threshold == watch.threshold


@pytest.mark.parametrize("value", [1, 50_000, 1_234_567, 10**13])
def test_usual_thresholds_fit(value: int) -> None:
    assert link_to_watch(plain_watch(usd=value), CHAINS, TOKEN) is not None


@given(st.integers(0, 60), st.sampled_from("AZaz09-_"))
def test_a_link_of_which_one_letter_is_another_is_nobodys(place: int, letter: str) -> None:
    link = link_to_watch(plain_watch(), CHAINS, TOKEN)
    assert link is not None
    place = min(place, len(link) - 1)
    forged = link[:place] + letter + link[place + 1 :]
    assume(forged != link)

    with pytest.raises(NotOurs):
        opened(forged, CHAINS, TOKEN)


@given(st.text(alphabet="AZaz09-_=w é", max_size=70))
def test_what_somebody_makes_up_is_nobodys(text: str) -> None:
    with pytest.raises(NotOurs):
        opened(PREFIX + text, CHAINS, TOKEN)


def test_truncated_links_and_those_of_another_token_are_nobodys() -> None:
    link = link_to_list(b"\x01" * 12, TOKEN)
    assert opened(link, CHAINS, TOKEN) == b"\x01" * 12

    for length in range(len(link)):
        with pytest.raises(NotOurs):
            opened(link[:length], CHAINS, TOKEN)
    with pytest.raises(NotOurs):
        opened(link, CHAINS, TOKEN.replace("x", "y"))
