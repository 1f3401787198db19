"""A button says for which chat it was made, where it has room for that."""

from __future__ import annotations

import pytest
from aiogram.types import InlineKeyboardButton, InlineKeyboardMarkup
from hypothesis import given
from hypothesis import strategies as st

from bot.buttons.feeds import NewFeedButton, What
from bot.buttons.offers import FollowButton
from bot.buttons.watch import Act, WatchButton
from bot.stamps import HERE, stamped, unstamped
from tests.unit.bot.test_buttons import LARGEST

CHANNEL = -100_9_999_999_999
HIGHEST = -(2**52)
A_BUTTON = WatchButton(id=1, act=Act.OPEN).pack()


def carried(data: str, chat: int) -> str:
    button = InlineKeyboardButton(text="x", callback_data=data)
    keyboard = stamped(InlineKeyboardMarkup(inline_keyboard=[[button]]), chat)
    return keyboard.inline_keyboard[0][0].callback_data or ""


@given(
    st.text("abc:@_-./0123", max_size=50),
    st.one_of(st.just(HERE), st.integers(HIGHEST, -1)),
)
def test_what_was_stamped_comes_back(data: str, chat: int) -> None:
    if data:
        assert unstamped(carried(data, chat)) == (data, chat)


@given(st.text(max_size=64))
def test_whatever_somebody_makes_up_is_read_or_left(data: str) -> None:
    plain, chat = unstamped(data)

    assert data.startswith(plain)
    assert chat is None or chat <= 0


@given(st.from_regex(r"x@[A-Za-z0-9_-]{1,12}", fullmatch=True))
def test_no_stamp_that_is_made_up_names_what_can_be_no_chat(data: str) -> None:
    plain, chat = unstamped(data)

    if chat is None:
        assert plain == data
    else:
        assert -(2**63) <= chat < 0
        assert carried(plain, chat) == data


@pytest.mark.parametrize("made_up", ["abcde", "AAAAAAAAB", "__________8", "AAE", "AA", "_x"])
def test_what_nobody_stamps_is_no_stamp(made_up: str) -> None:
    assert unstamped(f"{A_BUTTON}@{made_up}") == (f"{A_BUTTON}@{made_up}", None)


def test_what_is_without_a_stamp_says_nothing() -> None:
    assert unstamped("w:1:open:0") == ("w:1:open:0", None)


@pytest.mark.parametrize("button", LARGEST, ids=str)
def test_the_largest_button_fits_with_its_stamp(button: object) -> None:
    data = button.pack()  # type: ignore[attr-defined]

    assert len(carried(data, CHANNEL).encode()) <= 64
    assert unstamped(carried(data, HERE)) == (data, HERE)


def test_the_usual_buttons_have_room_for_any_chat() -> None:
    feed = NewFeedButton(what=What.ASSET, chain="arbitrum-nova", token="STETH", usd=10_000_000)
    for button in (WatchButton(id=10**12, act=Act.USD, value=10**12), feed):
        assert unstamped(carried(button.pack(), HIGHEST)) == (button.pack(), HIGHEST)


def test_a_button_without_room_stays_as_it_is() -> None:
    data = FollowButton.of(b"\xff" * 32, "c" * 16).pack()

    assert carried(data, CHANNEL) == data


def test_what_leads_elsewhere_is_not_touched() -> None:
    link = InlineKeyboardButton(text="Explorer", url="https://etherscan.io")
    keyboard = InlineKeyboardMarkup(inline_keyboard=[[link]])

    assert stamped(keyboard, CHANNEL) == keyboard
