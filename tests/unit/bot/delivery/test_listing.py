"""Pages of a list: each fits a message, and together they show every alert once."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.buttons.pages import ListButton
from bot.delivery.listing import render_message
from bot.delivery.markup import plain_text, visible_length
from bot.keyboards import pages as keyboards
from bot.paging import page_length, pages_of
from data.chains import known_chains
from data.labels import Label, Labels, curated_labels
from data.model import AlertState
from data.queries.alerts.listed import Gist, Summary, by_value
from tests.unit.bot.delivery.alerts import NOW, STRANGER, alert, chat, movement, watch
from tests.unit.bot.delivery.test_render import Balanced, hostile, movements_of_any_kind


def page_of(told, moved, page=0, *, labels=None, now=NOW, digest=False, named="Cold wallet"):
    gists = {one.id: Gist(moved[one.movement_id].usd, moved[one.movement_id].block.time)
             for one in told}  # fmt: skip
    length = page_length(len(told))
    shown = by_value(told, gists)[page * length : (page + 1) * length]
    return render_message(
        shown,
        moved,
        {1: watch(label=named)},
        chat(),
        known_chains(),
        labels or curated_labels(),
        now,
        summary=Summary.of(told, gists),
        page=page,
        is_digest=digest,
    )


def numbered(count):
    told = [alert(n, tx_hash=n.to_bytes(32, "big")) for n in range(1, count + 1)]
    return told, {n: movement(number=n) for n in range(1, count + 1)}


@settings(deadline=None, max_examples=25)
@given(
    some=st.lists(movements_of_any_kind, min_size=1, max_size=4),
    label=st.none() | hostile,
    known=hostile,
    chain=st.sampled_from(["ethereum", "bsc", "<gone>"]),
    count=st.integers(2, 45),
    taken_back=st.sets(st.integers(1, 45)),
    digest=st.booleans(),
)
def test_pages_fit_and_show_every_alert_once_whatever_tokens_call_themselves(
    some, label, known, chain, count, taken_back, digest
):
    # given
    told, _ = numbered(count)
    told = [
        replace(one, chain=chain, state=AlertState.RETRACTED) if one.id in taken_back
        else replace(one, chain=chain) for one in told
    ]  # fmt: skip
    moved = {n: replace(some[n % len(some)], id=n) for n in range(1, count + 1)}
    labels = Labels({("*", STRANGER): Label(known, known, "exchange")})
    # when
    texts = [
        page_of(told, moved, page, labels=labels, digest=digest, named=label).text
        for page in range(pages_of(count))
    ]
    # then
    for text in texts:
        assert visible_length(text) <= 4096
        assert Balanced(text).entities <= 100
        text.encode()
    seen = [link for text in texts for link in re.findall(r"0x([0-9a-f]{64})", text)]
    assert sorted(seen) == sorted(one.tx_hash.hex() for one in told)


@settings(deadline=None)
@given(st.integers(1, 10**6))
def test_keyboards_lead_to_every_page_and_to_none_that_there_is_not(total):
    last = pages_of(total) - 1
    for page in {0, min(1, last), last // 2, max(0, last - 1), last}:
        for message in (0, 5):
            keyboard = keyboards.pages(page, total, message)
            if keyboard is None:
                assert last == 0
                continue
            (row,) = keyboard.inline_keyboard
            to = {ListButton.unpack(button.callback_data).page for button in row}
            assert all(0 <= one <= last and one != page for one in to)
            assert {one for one in (page - 1, page + 1) if 0 <= one <= last} <= to
            assert len({button.text for button in row}) == len(row)


def test_the_first_page_leads_to_the_rest():
    shown = page_of(*numbered(47))
    assert plain_text(shown.text).splitlines()[-1] == "… and 37 more"
    ((button,),) = shown.keyboard.inline_keyboard
    assert button.text == "37 more ›"


def test_a_few_more_than_a_page_stand_on_one():
    shown = page_of(*numbered(14))
    assert shown.keyboard is None
    assert "\n14. " in shown.text
    assert "more" not in shown.text


def test_further_pages_say_which_they_are_and_go_on_counting():
    lines = plain_text(page_of(*numbered(47), page=4).text).splitlines()
    assert lines[0] == "🐋 47 alerts on Ethereum, page 5 of 5"
    assert lines[2].startswith("41. ")


def test_a_digest_says_since_when_i_was_away():
    # given
    told, moved = numbered(30)
    for n, one in moved.items():
        time = one.block.time.replace(hour=1, minute=0) + timedelta(minutes=10 * n)
        moved[n] = replace(one, block=replace(one.block, time=time))
    # when
    text = plain_text(page_of(told, moved, digest=True).text)
    # then
    lines = text.splitlines()
    assert lines[0] == "🕓 While I was away: 30 alerts on Ethereum"
    assert lines[1] == "21 Nov 01:10 – 06:00 UTC, the largest first"
    assert lines[3] == "1. Received 1,250 ETH · $3.12M · 01:10"
    assert "Blocks from" not in text


def test_a_digest_of_two_days_names_both():
    told, moved = numbered(2)
    earlier = NOW - timedelta(days=1)
    moved[1] = replace(moved[1], block=replace(moved[1].block, time=earlier))
    text = plain_text(page_of(told, moved, digest=True).text)
    assert "20 Nov 14:03 – 21 Nov 14:03 UTC" in text
    assert "· 20 Nov 14:03\n" in text


def test_what_has_no_price_comes_last():
    told, moved = numbered(3)
    moved[1] = movement(legs=[replace(moved[1].legs[0], price=None)], number=1)
    lines = plain_text(page_of(told, moved).text).splitlines()
    assert "no price known" in lines[6]


def test_what_was_taken_back_on_another_page_is_told_of():
    told, moved = numbered(30)
    told[-1] = replace(told[-1], state=AlertState.RETRACTED)
    first, last = page_of(told, moved).text, page_of(told, moved, 2).text
    assert "Some on another page were taken back" in first
    assert "<s>30. " in last
    assert "<s>Struck through</s>" in last
