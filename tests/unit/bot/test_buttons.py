"""Buttons carry at most 64 bytes, and nothing that was not checked."""

from __future__ import annotations

import re

import pytest
from aiogram.filters.callback_data import CallbackData

from bot.buttons.alert import AlertAct, AlertButton
from bot.buttons.asking import NeverMindButton
from bot.buttons.chat import (
    ChatMuteButton,
    ChatThresholdButton,
    LanguageButton,
    NoiseButton,
    TimingButton,
)
from bot.buttons.feeds import FeedAct, FeedButton, FeedsButton, NewFeedButton, What
from bot.buttons.first import FirstAct, FirstButton
from bot.buttons.history import HistoryAct, HistoryButton
from bot.buttons.importing import ImportButton
from bot.buttons.names import NameAct, NameButton, NamesPageButton
from bot.buttons.offers import FollowButton, OfferAllButton, OfferOneButton
from bot.buttons.operators import (
    BroadcastAct,
    BroadcastButton,
    Desk,
    DeskButton,
    LetInButton,
    LevelAct,
    LevelButton,
    PauseAct,
    PauseButton,
    Roll,
    RollButton,
)
from bot.buttons.pages import ListButton
from bot.buttons.places import DoneButton, PlaceButton
from bot.buttons.privacy import PrivacyAct, PrivacyButton
from bot.buttons.quiet import (
    DigestAct,
    DigestButton,
    QuietAct,
    QuietButton,
    Screen,
    ZoneButton,
)
from bot.buttons.share import ShareAct, ShareButton, SharedButton
from bot.buttons.start import Topic, TopicButton
from bot.buttons.thresholds import StepButton
from bot.buttons.watch import Act, OfferButton, PageButton, UnpricedButton, WatchButton
from bot.commands import COMMANDS
from data.model import Language, Level, NoiseRule, Timing, Unpriced

LARGEST: list[CallbackData] = [
    *(WatchButton(id=2**63 - 1, act=act, value=10**12) for act in Act),
    *(AlertButton(alert=2**63 - 1, act=act, watch=2**63 - 1, minutes=480) for act in AlertAct),
    NeverMindButton(),
    FeedsButton(),
    StepButton(id=2**63 - 1, usd=10**12),
    *(FeedButton(id=2**63 - 1, act=act, value=10**12) for act in FeedAct),
    *(
        NewFeedButton(what=what, chain="c" * 24, token="T" * 12, usd=10**12, ask=True)
        for what in (*What, None)
    ),
    *(TopicButton(topic=topic) for topic in Topic),
    *(FirstButton(act=act, value="v" * 48) for act in FirstAct),
    OfferButton(address="f" * 40),
    OfferOneButton(address="f" * 40),
    OfferAllButton(),
    FollowButton.of(b"\xff" * 32, "c" * 16),
    NeverMindButton(),
    PageButton(page=10**6),
    PlaceButton(chat=1 - 2**63),
    DoneButton(),
    NeverMindButton(),
    *(DeskButton(screen=screen) for screen in Desk),
    *(RollButton(roll=roll, page=10**6) for roll in Roll),
    *(LevelButton(chat=1 - 2**63, act=act, level=level) for act in LevelAct for level in Level),
    LetInButton(chat=1 - 2**63, let_in=False),
    *(PauseButton(chain="c" * 32, act=act) for act in PauseAct),
    *(BroadcastButton(id=2**63 - 1, act=act) for act in BroadcastAct),
    *(ImportButton(word="f" * 8, go=go) for go in (True, False)),
    *(ShareButton(act=act, watch=2**63 - 1, share="f" * 24) for act in ShareAct),
    SharedButton(sealed="_" * 58),
    *(PrivacyButton(act=act, asked_at=2**63 - 1) for act in PrivacyAct),
    ChatMuteButton(minutes=10**12),
    ChatThresholdButton(usd=10**12),
    *(TimingButton(timing=timing) for timing in Timing),
    *(NameButton(address="f" * 40, act=act) for act in NameAct),
    NamesPageButton(page=10**6),
    ListButton(message=2**63 - 1, page=10**6),
    *(HistoryButton(act=act, number=2**63 - 1) for act in HistoryAct),
    *(NoiseButton(rule=rule, let_in=let_in) for rule in NoiseRule for let_in in (True, False)),
    *(LanguageButton(language=language) for language in (*Language, None)),
    *(QuietButton(act=act, value=1440 * 1440 - 1) for act in QuietAct),
    *(DigestButton(act=act, value=10**6) for act in DigestAct),
    *(ZoneButton(back=back, zone="A" * 32) for back in Screen),
    *(UnpricedButton(id=2**63 - 1, unpriced=unpriced) for unpriced in Unpriced),
]


def test_every_kind_of_button_is_here_and_has_a_prefix_of_its_own() -> None:
    kinds = {type(button) for button in LARGEST}
    assert kinds == set(CallbackData.__subclasses__())
    assert len({kind.__prefix__ for kind in kinds}) == len(kinds)


@pytest.mark.parametrize("button", LARGEST, ids=str)
def test_the_largest_button_fits_and_comes_back(button: CallbackData) -> None:
    data = button.pack()

    assert len(data.encode()) <= 64
    assert type(button).unpack(data) == button


def test_no_two_kinds_share_a_prefix() -> None:
    kinds = {type(button) for button in LARGEST}

    assert len({kind.__prefix__ for kind in kinds}) == len(kinds)


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        (WatchButton, "w:-1:open:0"),
        (WatchButton, f"w:{2**63}:open:0"),
        (WatchButton, "w:1:explode:0"),
        (WatchButton, "w:1:usd:-5"),
        (WatchButton, "w:1:usd:NaN"),
        (OfferButton, "o:12"),
        (OfferButton, "o:" + "z" * 40),
        (PageButton, "l:-1"),
        (TimingButton, "s:sooner"),
        (QuietButton, f"qh:hrs:{1440 * 1440}"),
        (DigestButton, "dg:day:-1"),
        (ZoneButton, "zn:q:" + "A" * 33),
        (ZoneButton, "zn:q:../../etc/passwd"),
    ],
)
def test_what_was_made_up_is_refused(kind: type[CallbackData], data: str) -> None:
    with pytest.raises(ValueError, match="validation error"):
        kind.unpack(data)


def test_commands_are_as_telegram_wants_them() -> None:
    assert 0 < len(COMMANDS) <= 100
    for command, description in COMMANDS.items():
        assert re.fullmatch(r"[a-z0-9_]{1,32}", command)
        assert 3 <= len(description) <= 256
