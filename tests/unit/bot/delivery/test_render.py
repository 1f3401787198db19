from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.delivery.listing import render_message
from bot.delivery.markup import plain_text, visible_length
from bot.delivery.render import render
from data.chains import known_chains
from data.labels import Label, Labels, curated_labels
from data.model import (
    MOST_LEGS,
    AlertState,
    Certainty,
    Leg,
    MovementKind,
    Price,
    PriceState,
    Standard,
    UnitThreshold,
    UsdThreshold,
)
from tests.unit.bot.delivery.alerts import (
    BINANCE_14,
    FAKE,
    NOW,
    STRANGER,
    WALLET,
    WETH,
    alert,
    chat,
    doodle,
    ether,
    movement,
    price,
    usdc,
    watch,
)


def shown(one=None, the_alert=None, watches=None, labels=None, now=NOW, **options) -> str:
    one = one or movement()
    watches = {1: watch()} if watches is None else watches
    the_alert = the_alert or alert()
    chains, labels = known_chains(), labels or curated_labels()
    return render(the_alert, {1: one}, watches, chat(), chains, labels, now, **options).text


def test_an_alert_says_what_happened_to_whom_where_and_why_it_came():
    text = shown()
    assert plain_text(text).splitlines() == [
        "🟢 Received 1,250 ETH · $3.12M 🐋",
        "Binance 14 → Cold wallet",
        "🏦 Exchange outflow: Binance",
        "Ethereum · block 18,000,000 · 14:03 UTC · transaction ↗",
        "👁 #1 Cold wallet",
    ]
    assert "https://etherscan.io/tx/0x" + "01" * 32 in text
    assert "https://etherscan.io/address/0x28C6c06298d514Db089934071355E5743bf21d60" in text


SWAPPED = movement(
    MovementKind.SWAP, [ether("-250"), usdc(612_000)], counterparty=None, venue="Uniswap v3"
)


def test_a_name_that_only_the_watch_knows_stands_once_and_leads_to_the_address():
    text = shown(SWAPPED)
    assert plain_text(text).splitlines() == [
        "🔄 Swapped 250 ETH for 612,000 USDC on Uniswap v3 · ≈ $625K",
        "Ethereum · block 18,000,000 · 14:03 UTC · transaction ↗",
        "👁 #1 Cold wallet",
    ]
    assert "https://etherscan.io/address/0x" + "0" * 38 + "77" in text


@pytest.mark.parametrize(
    ("the_watch", "labels", "way"),
    [
        (watch(label=None), None, "0x0000…0077"),
        (watch(address=None, label=None), None, "0x0000…0077"),
        (watch(), curated_labels().for_chat({("", WALLET): "Savings"}), "Savings"),
    ],
    ids=["no label", "feed", "another name"],
)
def test_a_name_that_the_watch_does_not_tell_has_its_line(the_watch, labels, way):
    text = shown(SWAPPED, watches={1: the_watch}, labels=labels)
    assert plain_text(text).splitlines()[1] == way


@pytest.mark.parametrize(
    ("kind", "legs", "words"),
    [
        (MovementKind.SEND, [ether("-2")], "🔴 Sent 2 ETH · $5K"),
        (
            MovementKind.SWAP,
            [ether("-250"), usdc(612_000)],
            "🔄 Swapped 250 ETH for 612,000 USDC · ≈ $625K",
        ),
        (MovementKind.MINT, [usdc(1_000_000)], "✨ Minted 1,000,000 USDC · $1M"),
        (MovementKind.BURN, [ether("-1")], "🔥 Burned 1 ETH · $2.5K"),
        (MovementKind.WRAP, [ether("-5"), ether("5", symbol="WETH")], "🎁 Wrapped 5 ETH"),
        (
            MovementKind.UNWRAP,
            [ether("-5", symbol="WETH", token=WETH), ether("5")],
            "🎁 Unwrapped 5 WETH",
        ),
        (MovementKind.SWAP, [usdc(-1_000_000)], "🔄 Sold 1,000,000 USDC · ≈ $1M"),
        (MovementKind.SWAP, [ether("2"), usdc(0)], "🔄 Swapped 0 USDC for 2 ETH"),
        (
            MovementKind.SWAP,
            [ether("-2.5"), doodle(123)],
            "🔄 Bought 1 Doodles #123 for 2.5 ETH · ≈ $6.25K",
        ),
        (MovementKind.SWAP, [ether("2.5"), doodle(7, -1)], "🔄 Sold 1 Doodles #7 for 2.5 ETH"),
        (
            MovementKind.MINT,
            [ether("-0.1"), doodle(1), doodle(2), doodle(3), doodle(4)],
            "✨ Minted 4 Doodles #1, #2, #3 … for 0.1 ETH",
        ),
        (MovementKind.SEND, [doodle(9, -1)], "🔴 Sent 1 Doodles #9 · no price known"),
        (
            MovementKind.BORROW,
            [usdc(1_000_000), Leg(FAKE, "variableDebtUSDC", 6, 10**12)],
            "🏦 Borrowed 1,000,000 USDC · $1M",
        ),
        (
            MovementKind.REPAY,
            [usdc(-1_000_000), Leg(FAKE, "variableDebtUSDC", 6, -(10**12))],
            "🏦 Repaid 1,000,000 USDC · $1M",
        ),
    ],
)
def test_every_kind_has_its_words(kind, legs, words):
    assert words in plain_text(shown(movement(kind, legs)))


@pytest.mark.parametrize(
    ("kind", "legs", "venue", "words"),
    [
        (
            MovementKind.SWAP,
            [usdc(-1_250_000), ether("500")],
            "Uniswap v3 and Curve",
            "🔄 Swapped 1,250,000 USDC for 500 ETH on Uniswap v3 and Curve · ≈ $1.25M",
        ),
        (
            MovementKind.DEPOSIT,
            [ether("-1000"), Leg(FAKE, "aEthWETH", 18, 10**21)],
            "Aave v3",
            "📥 Deposited 1,000 ETH into Aave v3 · $2.5M",
        ),
        (MovementKind.WITHDRAW, [usdc(5)], "Across", "📤 Withdrew 5 USDC from Across · $5"),
        (MovementKind.BORROW, [usdc(5)], "Spark", "🏦 Borrowed 5 USDC from Spark · $5"),
        (MovementKind.REPAY, [usdc(-5)], "Spark", "🏦 Repaid 5 USDC to Spark · $5"),
    ],
)
def test_the_venue_is_named(kind, legs, venue, words):
    assert plain_text(shown(movement(kind, legs, venue=venue))).startswith(words)


def test_dust_beside_something_of_worth_is_not_listed():
    one = movement(MovementKind.SWAP, [usdc(-1_000_000), ether("400"), ether("0.000001")])
    assert "Swapped 1,000,000 USDC for 400 ETH · ≈ $1M" in plain_text(shown(one))


def test_many_rewards_are_counted_after_the_largest():
    rewards = [Leg(bytes([n]) * 20, f"R{n}", 18, 10**18, price(str(100 - n))) for n in range(1, 6)]
    assert "Received 1 R1 + 1 R2 + 3 more" in plain_text(shown(movement(legs=rewards)))


def test_what_has_a_price_stands_before_what_is_handed_out_with_it():
    numbers = [replace(doodle(n), token=bytes([n]) * 20) for n in range(1, 9)]
    worth = replace(movement(legs=[*numbers, usdc(10_000_000)]), left_out=9_988)
    assert "Received 10,000,000 USDC + 1 Doodles #1 + 7 more and 9,988 more" in plain_text(
        shown(worth)
    )


@pytest.mark.parametrize("kind", list(MovementKind))
def test_whatever_tokens_call_themselves_a_message_holds_it(kind):
    # given as many legs as there can be, each with the longest name and the longest number
    name, most = "<&" + 5_000 * "\U0001f40b", 2**256 - 1
    legs = [
        Leg(bytes([n]) * 20, name, 0, sign * most, None, Standard.ERC1155, most - n)
        for n in range(MOST_LEGS // 2)
        for sign in (1, -1)
    ]
    one = replace(movement(kind, legs, venue=name), left_out=2**31 - 1)
    seen = {n: replace(one, id=n, address=bytes([n]) * 20) for n in range(1, 60)}
    told = replace(alert(), others=tuple((1, n) for n in seen))
    watches = {1: replace(watch(), label=name)}
    text = render(told, seen, watches, chat(), known_chains(), curated_labels(), NOW, repeat=True)
    assert visible_length(text.text) <= 1_500


def test_a_number_as_long_as_a_hash_is_cut_short():
    one = movement(legs=[doodle(int("9" * 70))])
    assert "1 Doodles #9999…9999" in plain_text(shown(one))


def test_a_feed_knows_no_sides():
    feed = watch(address=None, label=None, chain="ethereum")
    text = plain_text(shown(watches={1: feed}))
    assert text.startswith("🐋 Moved 1,250 ETH")
    assert "👁 #1 Ethereum feed" in text


def test_an_address_without_a_name_is_cut_short_only_inside_its_link():
    text = shown(movement(counterparty=STRANGER))
    full = "0x" + "00" * 19 + "99"
    assert f'<a href="https://etherscan.io/address/{full}">0x0000…0099</a>' in text


def test_on_a_chain_that_is_configured_no_more_addresses_are_whole():
    text = shown(the_alert=alert(chain="gonechain"))
    assert "<a" not in text
    assert "0x" + "01" * 32 in text
    assert "0x" + "00" * 19 + "77" in text


def test_the_chats_own_label_wins_over_the_known_one():
    mine = watch(address=BINANCE_14, label="My exchange")
    assert "My exchange → " in plain_text(shown(watches={1: mine}))


def test_without_a_price_it_says_so():
    one = movement(legs=[ether("5", price=None)])
    assert "Received 5 ETH · no price known" in plain_text(shown(one))


def test_a_token_that_does_not_say_its_decimals_is_counted_in_base_units():
    one = movement(legs=[Leg(FAKE, "ODD", None, 12_345, None)])
    assert "Received 12,345 base units of ODD" in plain_text(shown(one))


def test_a_token_that_borrows_a_known_symbol_is_marked():
    one = movement(legs=[Leg(FAKE, "USDC", 6, 10**12, None)])
    assert "1,000,000 USDC (not the real one)" in plain_text(shown(one))


def test_a_price_is_spoken_of_only_where_it_matters():
    thin = movement(legs=[ether("5", price=price(state=PriceState.THIN))])
    later = movement(legs=[ether("5", price=price(as_of=NOW + timedelta(minutes=14)))])
    assert "Received 5 ETH · ≈ $12.5K, thin market" in plain_text(shown(thin))
    assert "Priced 14 min after the block (chainlink)" in shown(later)
    assert "Priced" not in shown()
    assert "thin" not in shown()


def test_an_alert_says_when_the_block_was_and_a_late_one_the_day_as_well():
    assert "21 Nov 14:03 UTC" in shown(now=NOW + timedelta(minutes=10))
    assert "14:03 UTC" in shown()
    assert "21 Nov" not in shown()


def test_an_alert_of_another_year_names_the_year():
    assert "21 Nov 2026 14:03 UTC" in shown(now=NOW + timedelta(days=60))


def test_dust_does_not_break_the_markup():
    # given an amount and a value that are written with a <
    dust = movement(legs=[Leg(FAKE, "DUST", 255, 2**256 - 1, price("0.001"))])
    nothing = movement(legs=[Leg(FAKE, "DUST", 18, 1, price("0.001"))])
    # then both are escaped, and still read as what they are
    assert "&lt;" in shown(nothing)
    assert "Received &lt;0.000000000001 DUST" in shown(nothing)
    assert "· &lt;$0.01" in shown(dust)


def test_a_token_that_draws_a_known_symbol_with_other_letters_is_marked():
    cyrillic = "U\u0405D\u0422"
    one = movement(legs=[Leg(FAKE, cyrillic, 6, 10**12, None)])
    assert f"1,000,000 {cyrillic} (not the real one)" in plain_text(shown(one))


def test_a_token_that_says_no_name_is_called_unnamed():
    one = movement(legs=[Leg(FAKE, "?", None, 12_345, None)])
    assert "12,345 base units of unnamed token" in plain_text(shown(one))


def test_both_sides_of_one_movement_are_told_once():
    # given an exchange and a wallet, both watched
    send = movement(MovementKind.SEND, [ether("-1250")], 2, address=BINANCE_14, counterparty=WALLET)
    both = alert(others=((2, 2),))
    watches = {1: watch(), 2: watch(2, address=BINANCE_14, label="Exchange")}
    # when
    text = render(
        both, {1: movement(), 2: send}, watches, chat(), known_chains(), curated_labels(), NOW
    ).text
    # then
    assert "also" not in text
    assert "👁 #1 Cold wallet, #2 Exchange" in text


def test_further_movements_are_told_in_the_same_message():
    other = movement(MovementKind.SEND, [usdc(-5)], 2, counterparty=STRANGER)
    both = alert(others=((1, 2),))
    movements = {1: movement(), 2: other}
    text = render(both, movements, {1: watch()}, chat(), known_chains(), curated_labels(), NOW).text
    assert "also Sent 5 USDC · $5: Cold wallet → 0x0000…0099" in plain_text(text)


def test_what_a_reorg_took_back_is_struck_through():
    text = shown(the_alert=alert(state=AlertState.RETRACTED))
    assert text.startswith("<s>")
    assert text.endswith("</s>\n↩️ Taken back by a reorganisation of the chain")


@pytest.mark.parametrize(
    ("certainty", "mark"),
    [(Certainty.CONFIRMED, "✓ confirmed"), (Certainty.FINALIZED, "✓✓ final")],
)
def test_how_sure_it_is_stands_at_the_end_and_makes_the_message_no_longer(certainty, mark):
    before, after = shown(), shown(certainty=certainty)
    assert plain_text(after).splitlines()[-1] == f"👁 #1 Cold wallet · {mark}"
    assert len(after.splitlines()) == len(before.splitlines())
    assert "✓" not in before
    assert plain_text(shown(certainty=certainty, watches={})).splitlines()[-1] == mark


def test_a_possible_repeat_is_marked():
    assert "Possible repeat" in shown(repeat=True)
    assert "Possible repeat" not in shown()


def test_whales_are_counted_in_thresholds():
    big, small = watch(threshold=UsdThreshold(Decimal(1))), watch()
    assert "$3.12M 🐋🐋" in plain_text(shown(watches={1: big}))
    assert "🐋" not in shown(movement(legs=[ether("50")]), watches={1: small})
    by_units = watch(threshold=UnitThreshold(Decimal(100), "ETH", {("ethereum", None): 10**20}))
    assert "🐋" in shown(watches={1: by_units})


def test_many_alerts_make_a_list_by_size():
    movements = {n: movement(legs=[ether(str(n))], number=n) for n in range(1, 101)}
    told = [alert(n) for n in range(1, 101)]
    text = render_message(
        told, movements, {1: watch()}, chat(), known_chains(), curated_labels(), NOW
    ).text
    lines = plain_text(text).splitlines()
    assert lines[0] == "🐋 100 alerts on Ethereum, the largest first"
    assert lines[2] == "1. Received 100 ETH · $250K"
    assert lines[3] == "Binance 14 → Cold wallet · #1"
    assert lines[-1] == "… and 90 more"


def test_a_list_of_several_chains_names_each():
    told = [alert(1), alert(2, chain="bsc")]
    movements = {1: movement(), 2: movement(number=2)}
    text = plain_text(
        render_message(
            told, movements, {1: watch()}, chat(), known_chains(), curated_labels(), NOW
        ).text
    )
    assert text.startswith("🐋 2 alerts, the largest first")
    assert "$3.12M · Ethereum\n" in text
    assert "$3.12M · BNB Smart Chain\n" in text


def test_a_list_of_old_blocks_says_when_they_were():
    told = [alert(1), alert(2)]
    movements = {1: movement(), 2: movement(number=2)}
    known = (chat(), known_chains(), curated_labels())
    late = render_message(told, movements, {1: watch()}, *known, NOW + timedelta(hours=3)).text
    fresh = render_message(told, movements, {1: watch()}, *known, NOW).text
    assert "Blocks of 21 Nov 14:03 UTC" in late
    assert "UTC" not in fresh


def test_a_list_strikes_through_what_was_taken_back_and_explains_it():
    told = [alert(1), alert(2, state=AlertState.RETRACTED)]
    text = render_message(
        told,
        {1: movement(), 2: movement(number=2)},
        {1: watch()},
        chat(),
        known_chains(),
        curated_labels(),
        NOW,
        repeats={1},
    ).text
    assert text.count("<s>") == 2
    assert "taken back by a reorganisation" in text
    assert "Possible repeat" in text


class Balanced(HTMLParser):
    """Reads what Telegram reads, and fails where it would."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=False)
        self.open: list[str] = []
        self.entities = 0
        self.feed(text)
        self.close()
        assert not self.open

    def handle_starttag(self, tag, attrs):
        assert tag in {"a", "b", "s"}
        self.open.append(tag)
        self.entities += 1

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_comment(self, data):
        raise AssertionError(data)

    handle_decl = handle_pi = unknown_decl = handle_comment


hostile = st.one_of(
    st.text(max_size=40),
    st.sampled_from(
        [
            "<b>", "</a>", "<script>alert(1)</script>", "\u202eCDSU", "a\u0301" * 50, "\u200b", "",
            "x" * 10_000, "🐋" * 5_000, "&lt;", "<!--", "\x00\x1b[31m", "\ud800", "@admin",
            "evil.com", "/start", "]]>", "\u3164",
        ]
    ),
)  # fmt: skip
amounts = st.integers(-(2**256) + 1, 2**256 - 1)
token_ids = st.none() | st.integers(0, 2**256 - 1)
prices = st.none() | st.builds(
    Price,
    st.decimals(0, 10**12, allow_nan=False, allow_infinity=False),
    hostile,
    st.datetimes().map(lambda time: time.replace(tzinfo=NOW.tzinfo)),
    st.sampled_from(PriceState),
)
legs = st.builds(
    Leg,
    st.none() | st.binary(min_size=20, max_size=20),
    hostile,
    st.none() | st.integers(0, 255),
    amounts,
    prices,
    st.sampled_from(Standard),
    token_ids,
)
movements_of_any_kind = st.builds(
    lambda kind, its_legs, other, venue: movement(kind, its_legs, counterparty=other, venue=venue),
    st.sampled_from(MovementKind),
    st.lists(legs, max_size=6),
    st.none() | st.sampled_from([WALLET, BINANCE_14, STRANGER]),
    st.none() | hostile,
)


@settings(deadline=None)
@given(
    one=movements_of_any_kind,
    label=st.none() | hostile,
    known=hostile,
    state=st.sampled_from(AlertState),
    chain=st.sampled_from(["ethereum", "bsc", "<gone>"]),
    several=st.integers(1, 60),
)
def test_nothing_that_tokens_or_people_write_breaks_a_message(
    one, label, known, state, chain, several
):
    labels = Labels({("*", STRANGER): Label(known, known, "exchange")})
    told = [alert(n, state=state, chain=chain) for n in range(1, several + 1)]
    movements = {n: replace(one, id=n) for n in range(1, several + 1)}
    text = render_message(
        told, movements, {1: watch(label=label)}, chat(), known_chains(), labels, NOW, repeats={1}
    ).text
    assert visible_length(text) <= 4096
    assert Balanced(text).entities <= 100
    text.encode()


def test_a_label_cannot_turn_the_line_around_or_link_away():
    text = shown(watches={1: watch(label="\u202eevil.com @admin\n/start")})
    assert "\u202e" not in text
    assert "evil.com" not in text
    assert "@admin" not in text
    assert len(plain_text(text).splitlines()) == 5
