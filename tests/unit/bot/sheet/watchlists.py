"""Watchlists of all sorts, for hypothesis."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from hypothesis import strategies as st

from bot.parse.text import parse_label
from bot.parse.threshold import parse_threshold
from bot.sheet.lines import Terms
from data.chains import known_chains
from data.model import (
    ChatName,
    Direction,
    Interest,
    Scope,
    UnitThreshold,
    Unpriced,
    UsdThreshold,
    Watch,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
KNOWN = known_chains()
CHAINS = (KNOWN["ethereum"], KNOWN["bsc"])
FORUM = Terms(CHAINS, KNOWN, has_topics=True, topic=0)

addresses = st.binary(min_size=20, max_size=20)
chains = st.sampled_from([None, "ethereum", "bsc"])
labels = st.text(max_size=70).map(parse_label) | st.sampled_from(
    ["=1+1", "'=1", "''@x", "-", "+41", "＝x", '#1, "a";b', "Ключ", "' '"]
)
assets = st.tuples(st.sampled_from(sorted(KNOWN)), st.none() | addresses)
units = st.builds(
    UnitThreshold,
    st.decimals("0.000001", "1000000000", places=6),
    st.sampled_from(["ETH", "USDC", "NOPE", "X Y"]),
    st.dictionaries(assets, st.integers(1, 2**256 - 1), min_size=1, max_size=3),
) | st.sampled_from([parse_threshold(text, CHAINS) for text in ("50 ETH", "1.5m USDC", "3 BNB")])
usd = st.decimals("0.01", "10000000000000", places=2).map(UsdThreshold)
scopes = st.builds(
    Scope,
    st.none() | st.integers(0, 511).map(Interest),
    st.frozensets(assets, max_size=3),
    st.frozensets(assets, max_size=3),
    st.frozensets(st.sampled_from(sorted(KNOWN)), max_size=3),
)
times = st.none() | st.integers(0, 10**17).map(lambda passed: NOW + timedelta(microseconds=passed))
names = st.builds(ChatName, chains, addresses, labels.filter(lambda label: label is not None))


@st.composite
def watchlists(draw: st.DrawFn, chat: int = 1) -> list[Watch]:
    """Watches of a forum, some of them alike."""
    few = draw(st.lists(st.none() | addresses, min_size=1, max_size=3))
    numbers = draw(st.lists(st.integers(1, 999_999), unique=True, max_size=6))
    return [
        Watch(
            id=number,
            number=number,
            chat_id=chat,
            topic_id=draw(st.sampled_from([0, 7, 2**31 - 1])),
            chain=draw(chains),
            address=draw(st.sampled_from(few)),
            threshold=draw(st.none() | usd | units),
            direction=draw(st.sampled_from(list(Direction))),
            label=draw(labels),
            muted_until=draw(times),
            created_at=NOW,
            unpriced=draw(st.sampled_from(list(Unpriced))),
            scope=draw(scopes),
        )
        for number in sorted(numbers)
    ]


def alike(watches: Sequence[Watch]) -> list[object]:
    """What makes one watchlist the same as another."""
    return [
        (
            one.number, one.topic_id, one.chain, one.address, one.threshold, one.direction,
            one.label, one.muted_until, one.unpriced, one.scope,
        )
        for one in sorted(watches, key=lambda one: one.number)
    ]  # fmt: skip


def plain_watch(number: int = 1, address: bytes = b"\x11" * 20, usd: int = 50_000) -> Watch:
    """Nothing special."""
    return Watch(
        id=number, number=number, chat_id=1, topic_id=0, chain=None, address=address,
        threshold=UsdThreshold(Decimal(usd)), direction=Direction.BOTH, label=None,
        muted_until=None, created_at=NOW,
    )  # fmt: skip
