from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot.delivery.markup import plain_text, visible_length
from bot.delivery.pursuit import Story, pursuit_text
from data.chains import known_chains
from data.labels import curated_labels
from data.model import (
    BlockRef,
    Depth,
    Inclusion,
    Leg,
    Movement,
    MovementKind,
    Pursuit,
    PursuitState,
    Replacement,
    Told,
    Wish,
)

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
CHAINS = {name: known_chains()[name] for name in ("ethereum", "bsc")}
BINANCE = bytes.fromhex("28C6c06298d514Db089934071355E5743bf21d60")
WISH = Wish(b"\1" * 20, BINANCE, 7, 15 * 10**17, 32 * 10**9, 10**9, "")
BLOCK = Inclusion(21_000_000, b"\2" * 32, True, 21_000, 20 * 10**9)
FOUND = Pursuit(1, 42, 0, 9, b"\7" * 32, "ethereum", NOW, NOW, told=Told(WISH, last_seen=NOW))


def text(one: Pursuit, **more: object) -> str:
    html = pursuit_text(Story(one, CHAINS, curated_labels(), **more))  # type: ignore[arg-type]
    assert visible_length(html) <= 4096
    return plain_text(html)


def mined(state: PursuitState = PursuitState.MINED, **told: object) -> Pursuit:
    after = Told(WISH, BLOCK, confirmations=3, last_seen=NOW)
    return replace(FOUND, state=state, told=replace(after, **told))


def test_while_it_is_looked_for_the_chains_are_named() -> None:
    said = text(replace(FOUND, chain=None, told=Told()), unseen=["BNB Smart Chain"])

    assert said.startswith("🔎 Looking for the transaction…")
    assert "0x" + "07" * 32 in said
    assert "On Ethereum · BNB Smart Chain" in said
    assert "Not to be seen just now: BNB Smart Chain" in said


def test_what_nobody_knows_is_said_so() -> None:
    said = text(replace(FOUND, chain=None, told=Told(), state=PursuitState.UNKNOWN))

    assert "No chain that I follow knows it" in said


def test_a_pending_one_says_who_sends_what_and_offers_how_much() -> None:
    said = text(replace(FOUND, state=PursuitState.PENDING))

    assert said.splitlines() == [
        "⏳ Pending",
        "0x0101…0101 → Binance 14 · 1.5 ETH",
        "Nonce 7 · offers up to 32 gwei, tip 1 gwei",
        "Ethereum · transaction ↗",
    ]


def test_one_in_a_block_says_how_deep_it_is_and_what_it_cost() -> None:
    assert text(mined()).splitlines() == [
        "⛏ In block 21,000,000 · 3 confirmations",
        "0x0101…0101 → Binance 14 · 1.5 ETH",
        "Fee 0.00042 ETH · 21,000 gas at 20 gwei",
        "Ethereum · transaction ↗ · not safe yet",
    ]
    assert text(mined(depth=Depth.SAFE)).endswith("safe, not final yet")


def test_a_rollups_fee_has_the_data_in_it() -> None:
    said = text(mined(inclusion=replace(BLOCK, l1_fee=58 * 10**13)))

    assert "Fee 0.001 ETH · 21,000 gas at 20 gwei and the L1 fee" in said


def test_what_moved_is_told_once_it_is_known() -> None:
    moved = Movement(
        BlockRef("ethereum", 21_000_000, b"\2" * 32, b"", NOW),
        b"\7" * 32,
        0,
        b"\1" * 20,
        MovementKind.SWAP,
        (Leg(None, "ETH", 18, -15 * 10**17), Leg(b"\3" * 20, "<b>PEPE", 18, 10**24)),
        None,
        True,
    )

    assert "🔄 Swapped 1.5 ETH for 1,000,000 <b>PEPE · no price known" in text(
        mined(), moved=[moved]
    )


@pytest.mark.parametrize(
    ("one", "said"),
    [
        (replace(mined(PursuitState.CONFIRMED), ended_at=NOW), "✅ Confirmed and final in block"),
        (mined(PursuitState.FAILED), "❌ Failed in block 21,000,000 · 3 confirmations"),
        (
            replace(mined(PursuitState.FAILED), ended_at=NOW),
            "❌ Failed in block 21,000,000 · final",
        ),
        (replace(FOUND, state=PursuitState.DROPPED), "🗑 Dropped: no node has known it"),
        (replace(FOUND, state=PursuitState.EXPIRED), "⌛ Still pending after a day"),
        (mined(PursuitState.EXPIRED), "⌛ In block 21,000,000, not final after a day"),
        (replace(FOUND, state=PursuitState.REPLACED), "🔁 Replaced by another"),
    ],
)
def test_each_end_has_its_words(one: Pursuit, said: str) -> None:
    assert text(one).startswith(said)


@pytest.mark.parametrize(
    ("how", "said"),
    [
        (Replacement.SPEED_UP, "Replaced: sped up with a higher fee"),
        (Replacement.CANCEL, "Cancelled by its sender"),
        (Replacement.OTHER, "Replaced by another of the same sender"),
    ],
)
def test_a_replacement_is_named_and_linked(how: Replacement, said: str) -> None:
    told = Told(WISH, replaced_at=5, replaced_by=b"\3" * 32, replacement=how)
    one = replace(FOUND, state=PursuitState.REPLACED, told=told)

    assert text(one).startswith(f"🔁 {said}")
    assert "/tx/0x" + "03" * 32 in pursuit_text(Story(one, CHAINS, curated_labels()))


def test_a_reorg_is_told_in_the_same_message() -> None:
    pending = replace(FOUND, state=PursuitState.PENDING, told=Told(WISH, taken_back=1))

    assert "↩️ Taken out of its block by a reorganisation" in text(pending)
    assert text(mined(taken_back=2)).count("(2 times); now in another") == 1


def test_a_chain_that_is_configured_no_more_is_still_told() -> None:
    said = text(replace(mined(), chain="gone"))

    assert "In block 21,000,000" in said
    assert "gone" in said
