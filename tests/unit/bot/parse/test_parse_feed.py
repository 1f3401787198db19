"""``/whales``: what may stand behind the chain, in any order, and what it says of mistakes."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.feeds.subjects import Subject, scope_of, stablecoins_of, subject_of
from bot.parse.feed import FeedWish, parse_feed
from data.chains import known_chains
from data.errors import InputError
from data.model import (
    EVERYTHING,
    Direction,
    Interest,
    UnitThreshold,
    UsdThreshold,
    Watch,
)
from tests.unit.watcher.examples import NOON

ETHEREUM, BSC = (known_chains()[name] for name in ("ethereum", "bsc"))
BOTH = [ETHEREUM, BSC]
(USDC,) = (token.address for token in ETHEREUM.tokens_called("USDC"))
ONLY_USDC = frozenset({("ethereum", USDC)})
INFLOW, OUTFLOW = Interest.EXCHANGE_IN, Interest.EXCHANGE_OUT
MINTED = Interest.MINT | Interest.BURN


def usd(value: int) -> UsdThreshold:
    return UsdThreshold(Decimal(value))


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("", FeedWish(None)),
        ("$5m", FeedWish(None, usd(5_000_000))),
        ("off", FeedWish(None, off=True)),
        ("everything $1m", FeedWish(Subject(), usd(1_000_000))),
        ("USDC $5m", FeedWish(Subject(only=ONLY_USDC), usd(5_000_000))),
        ("$5m usdc", FeedWish(Subject(only=ONLY_USDC), usd(5_000_000))),
        (f"0x{USDC.hex()} 5m", FeedWish(Subject(only=ONLY_USDC), usd(5_000_000))),
        ("inflow 10m", FeedWish(Subject(INFLOW), usd(10_000_000))),
        ("10000000 INFLOW", FeedWish(Subject(INFLOW), usd(10_000_000))),
        ("exchange in, out $1m", FeedWish(Subject(INFLOW | OUTFLOW), usd(1_000_000))),
        (
            "mints and burns of stablecoins 1m",
            FeedWish(Subject(MINTED, stablecoins=True), usd(1_000_000)),
        ),
        ("USDC inflow off", FeedWish(Subject(INFLOW, only=ONLY_USDC), off=True)),
        ("outflow", FeedWish(Subject(OUTFLOW))),
    ],
)
def test_it_is_read_in_any_order(text: str, wanted: FeedWish) -> None:
    assert parse_feed(text.split(), [ETHEREUM]) == wanted


def test_units_of_a_token_are_a_feed_of_that_token() -> None:
    wish = parse_feed(["500", "ETH", "inflow"], [ETHEREUM])
    assert isinstance(wish.threshold, UnitThreshold)
    ether = frozenset({("ethereum", None), ("ethereum", ETHEREUM.wrapped_native)})
    assert wish.subject == Subject(INFLOW, only=ether)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("$5m off", "both at once"),
        ("$5m $6m", "one value"),
        ("nonsense $5m", "can't read “nonsense”"),
        ("usdc 500 ETH", "do not measure"),
        ("stablecoins 500 ETH", "do not measure"),
        ("stables usdc", "Either stablecoins"),
        ("0x" + "b2" * 20, "none of my tables"),
        ("0x12 $5m", "40 digits"),
        ("50 NOPE", "no token called NOPE"),
        ("$0", "Zero"),
    ],
)
def test_a_mistake_is_told(text: str, why: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_feed(text.split(), [ETHEREUM])
    assert why in str(caught.value)


_WORDS = st.sampled_from(
    [
        "inflow", "OUT", "mints", "burns", "swaps", "stablecoins", "everything", "of", "and,",
        "USDC", "eth", "link", "$5m", "50", "1_000", "off", "0x", f"0x{USDC.hex()}", "0x12", "€5",
        "−5", "<b>", "\u202e", "$", "5m", "50eth", "٣", "-", "&",
    ]
) | st.text(max_size=12)  # fmt: skip


@given(st.lists(_WORDS, max_size=7), st.sampled_from([[ETHEREUM], BOTH]))
def test_whatever_is_written_is_read_or_refused_in_a_sentence(
    words: list[str], chains: list[object]
) -> None:
    try:
        wish = parse_feed(words, chains)  # type: ignore[arg-type] # two kinds of list
    except InputError:
        return
    assert not (wish.off and wish.threshold)
    if wish.subject is not None:
        scope = scope_of(wish.subject, BOTH)
        assert scope.interests != Interest(0)


@given(
    st.none() | st.sampled_from([INFLOW, OUTFLOW, MINTED]),
    st.sampled_from([None, "stablecoins", "USDC", "ETH"]),
    st.sampled_from([None, "ethereum"]),
)
def test_what_a_feed_is_about_is_told_from_its_scope(
    interests: Interest | None, asset: str | None, chain: str | None
) -> None:
    there = [one for one in BOTH if chain in {None, one.name}]
    subject = Subject(interests, asset == "stablecoins")
    if asset in {"USDC", "ETH"}:
        wish = parse_feed([asset], there)
        assert wish.subject is not None
        subject = Subject(interests, only=wish.subject.only)
    scope = scope_of(subject, there)
    assert (scope is EVERYTHING) == (interests is None and asset is None)
    feed = Watch(1, 1, 1, 0, chain, None, usd(1), Direction.BOTH, None, None, NOON, scope=scope)
    assert subject_of(feed, BOTH) == subject


def test_stablecoins_are_those_that_a_public_list_calls_so() -> None:
    symbols = {one.symbol for one in ETHEREUM.stablecoins}
    assert {"USDC", "USDT", "DAI", "PYUSD"} <= symbols
    assert not {"WETH", "SUSDE", "PAXG"} & symbols
    assert len(stablecoins_of(known_chains().values())) > 50
