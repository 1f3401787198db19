"""The inline keyboards: rows of buttons under a message."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from aiogram.types import InlineKeyboardButton, InlineKeyboardMarkup

from bot.behalf import title_of
from bot.buttons import (
    ALL_CHAINS,
    FEED_PRESETS,
    MUTE_PRESETS,
    USD_PRESETS,
    Act,
    ChatMuteButton,
    ChatThresholdButton,
    DoneButton,
    FeedAct,
    FeedButton,
    HistoryAct,
    HistoryButton,
    LanguageButton,
    ListButton,
    NameAct,
    NameButton,
    NamesPageButton,
    NoiseButton,
    OfferButton,
    PageButton,
    PlaceButton,
    TimingButton,
    Topic,
    TopicButton,
    UnpricedButton,
    WatchButton,
)
from bot.languages import NAMES, _
from bot.numbers import short_usd
from bot.paging import page_length, pages_of
from bot.texts import buttons as captions
from data.model import NoiseRule, Timing, UnitThreshold, Unpriced

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from aiogram.filters.callback_data import CallbackData

    from data.model import Chain, Chat, ChatName, Language, Watch
    from data.queries.alerts.history import Page as HistoryPage

PAGE_LENGTH = 8
"""Watches, or names, on one page of their list."""
_REMEDIES = 3
_MOST_PLACES = 50
FEW_CHAINS = 3
"""So many have a row each in a keyboard."""


def _button(text: str, data: CallbackData) -> InlineKeyboardButton:
    return InlineKeyboardButton(text=text, callback_data=data.pack())


def _keyboard(*rows: Sequence[InlineKeyboardButton]) -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup(inline_keyboard=[list(row) for row in rows if row])


def greeting() -> InlineKeyboardMarkup:
    """Under ``/start``."""
    return _keyboard(
        [_button(_(captions.WATCH_A_WALLET), TopicButton(topic=Topic.WATCH))],
        [
            _button(_(captions.WHALE_FEED), TopicButton(topic=Topic.WHALES)),
            _button(_(captions.HELP), TopicButton(topic=Topic.HELP)),
        ],
    )


def places(found: Iterable[Chat], acting: int | None) -> InlineKeyboardMarkup:
    """Groups and channels to set up; the one that is being set up is ticked."""
    rows = [
        [
            _button(
                captions.cut(title_of(chat)) + " ✓" * (chat.id == acting),
                PlaceButton(chat=chat.id),
            )
        ]
        for chat in found
    ][:_MOST_PLACES]
    return _keyboard(*rows, [_button(_(captions.DONE), DoneButton())] if acting else [])


def set_up() -> InlineKeyboardMarkup:
    """Under the word that another chat is set up from here."""
    return _keyboard(
        [
            _button(_(captions.ITS_WATCHES), PageButton(page=0)),
            _button(_(captions.WHALE_FEED), TopicButton(topic=Topic.WHALES)),
        ],
        [_button(_(captions.DONE), DoneButton())],
    )


def offer(address: bytes) -> InlineKeyboardMarkup:
    """Under an address that somebody pasted."""
    return _keyboard([_button(_(captions.WATCH_IT), OfferButton(address=address.hex()))])


def after_watch(watch: Watch, *, muted: bool = False) -> InlineKeyboardMarkup:
    """Under a watch."""
    mute = (
        _button(_(captions.UNMUTE), WatchButton(id=watch.id, act=Act.UNMUTE))
        if muted
        else _button(_(captions.MUTE), WatchButton(id=watch.id, act=Act.MUTES))
    )
    return _keyboard(
        [
            _button(_(captions.CHANGE_THRESHOLD), WatchButton(id=watch.id, act=Act.THRESHOLDS)),
            mute,
            _button(_(captions.REMOVE), WatchButton(id=watch.id, act=Act.ASK)),
        ]
    )


def card(watch: Watch, *, muted: bool) -> InlineKeyboardMarkup:
    """Under a watch opened from the list."""
    mutes = (
        [_button(_(captions.UNMUTE), WatchButton(id=watch.id, act=Act.UNMUTE))]
        if muted
        else _mutes(watch)
    )
    return _keyboard(
        _thresholds(watch),
        [] if watch.is_feed or isinstance(watch.threshold, UnitThreshold) else [_unpriced(watch)],
        mutes,
        [
            _button(_(captions.BACK_TO_LIST), PageButton(page=0)),
            _button(_(captions.REMOVE), WatchButton(id=watch.id, act=Act.ASK)),
        ],
    )


def thresholds(watch: Watch) -> InlineKeyboardMarkup:
    """Values to choose from; an address may also take the chat's default."""
    default = [_button(_(captions.USE_DEFAULT), WatchButton(id=watch.id, act=Act.DEFAULT))]
    return _keyboard(_thresholds(watch), [] if watch.is_feed else default, _back(watch))


def mutes(watch: Watch) -> InlineKeyboardMarkup:
    """Durations to choose from."""
    return _keyboard(_mutes(watch), _back(watch))


def confirm_removal(watch: Watch) -> InlineKeyboardMarkup:
    """Before a watch is removed by button."""
    return _keyboard(
        [
            _button(_(captions.REMOVE_YES), WatchButton(id=watch.id, act=Act.REMOVE)),
            _button(_(captions.KEEP), WatchButton(id=watch.id, act=Act.OPEN)),
        ]
    )


def _back(watch: Watch) -> list[InlineKeyboardButton]:
    return [_button(_(captions.BACK), WatchButton(id=watch.id, act=Act.OPEN))]


def _thresholds(watch: Watch) -> list[InlineKeyboardButton]:
    presets = FEED_PRESETS if watch.is_feed else USD_PRESETS
    return [
        _button(short_usd(Decimal(usd)), WatchButton(id=watch.id, act=Act.USD, value=usd))
        for usd in presets
    ]


def _mutes(watch: Watch) -> list[InlineKeyboardButton]:
    return [
        _button(captions.mute_for(minutes), WatchButton(id=watch.id, act=Act.MUTE, value=minutes))
        for minutes in MUTE_PRESETS
    ]


def watchlist(names: Sequence[tuple[Watch, str]], page: int, pages: int) -> InlineKeyboardMarkup:
    """A button for each watch of the page, two in a row, and the way to the other pages."""
    watches = [_button(name, WatchButton(id=watch.id, act=Act.OPEN)) for watch, name in names]
    return _page(watches, PageButton, page, pages)


def names(shown: Sequence[ChatName], page: int, pages: int) -> InlineKeyboardMarkup:
    """A button for each name of the page, two in a row, and the way to the other pages."""
    buttons = {
        one.address: _button(
            captions.cut(one.name), NameButton(address=one.address.hex(), act=NameAct.OPEN)
        )
        for one in shown
    }
    return _page(list(buttons.values()), NamesPageButton, page, pages)


def name(address: bytes, count: int) -> InlineKeyboardMarkup:
    """Under what a chat calls one address; ``count`` names on different chains."""
    forget = _(captions.FORGET_NAME) if count == 1 else _(captions.FORGET_NAMES)
    return _keyboard(
        [
            _button(_(captions.BACK_TO_NAMES), NamesPageButton(page=0)),
            _button(forget, NameButton(address=address.hex(), act=NameAct.FORGET)),
        ]
    )


def _page(
    buttons: Sequence[InlineKeyboardButton],
    turn: type[PageButton | NamesPageButton],
    page: int,
    pages: int,
) -> InlineKeyboardMarkup:
    turns = []
    if page > 0:
        turns.append(_button(_(captions.PREVIOUS), turn(page=page - 1)))
    if page + 1 < pages:
        turns.append(_button(_(captions.NEXT), turn(page=page + 1)))
    rows = [buttons[start : start + 2] for start in range(0, len(buttons), 2)]
    return _keyboard(*rows, turns)


def pages(page: int, total: int, message: int = 0) -> InlineKeyboardMarkup | None:
    """Under a list of so many alerts: the ways to its other pages; None where there is only one.

    ``message`` is our id of the list's message where the keyboard hangs under another.
    """
    last = pages_of(total) - 1
    if not last:
        return None
    if not page and not message:
        more = captions.more(total - page_length(total))
        return _keyboard([_button(more, ListButton(page=1))])
    there = {
        captions.FIRST_PAGE: 0 if page > 1 else None,
        captions.to_previous(page): page - 1 if page else None,
        captions.to_next(page): page + 1 if page < last else None,
        captions.to_last(last): last if page + 1 < last else None,
    }
    return _keyboard(
        [
            _button(caption, ListButton(message=message, page=to))
            for caption, to in there.items()
            if to is not None
        ]
    )


def history(page: HistoryPage) -> InlineKeyboardMarkup:
    """Under a page of the history: each alert in full, and the ways to newer and older ones."""
    numbers = [entry.alert.id for entry in page.entries]
    opened = [
        _button(f"{one:,}", HistoryButton(act=HistoryAct.OPEN, number=one)) for one in numbers
    ]
    turns = []
    if page.has_newer:
        turns.append(
            _button(_(captions.NEWER), HistoryButton(act=HistoryAct.ABOVE, number=numbers[0]))
        )
    if page.has_older:
        turns.append(
            _button(_(captions.OLDER), HistoryButton(act=HistoryAct.BELOW, number=numbers[-1]))
        )
    return _keyboard(*[opened[start : start + 3] for start in range(0, len(opened), 3)], turns)


def history_entry(number: int) -> InlineKeyboardMarkup:
    """Under one alert in full: the way to the page on which it stands first."""
    return _keyboard(
        [
            _button(
                _(captions.BACK_TO_HISTORY), HistoryButton(act=HistoryAct.BELOW, number=number + 1)
            )
        ]
    )


def feeds(chains: Iterable[Chain]) -> InlineKeyboardMarkup:
    """Which chain's feed? Two in a row where there are many."""
    buttons = [
        _button(chain.title, FeedButton(chain=chain.name, act=FeedAct.OPEN)) for chain in chains
    ]
    width = 1 if len(buttons) <= FEW_CHAINS else 2
    rows = [buttons[start : start + width] for start in range(0, len(buttons), width)]
    everything = _button(_(captions.ALL_CHAINS), FeedButton(chain=ALL_CHAINS, act=FeedAct.OPEN))
    return _keyboard(*rows, [everything])


def feed(chain: str, *, exists: bool) -> InlineKeyboardMarkup:
    """From which value on?"""
    values = [
        _button(short_usd(Decimal(usd)), FeedButton(chain=chain, act=FeedAct.USD, value=usd))
        for usd in FEED_PRESETS
    ]
    off = [_button(_(captions.FEED_OFF), FeedButton(chain=chain, act=FeedAct.OFF))]
    back = [_button(_(captions.BACK), TopicButton(topic=Topic.WHALES))]
    return _keyboard(values, off if exists else [], back)


def chat_thresholds() -> InlineKeyboardMarkup:
    """Defaults to choose from."""
    return _keyboard(
        [_button(short_usd(Decimal(usd)), ChatThresholdButton(usd=usd)) for usd in USD_PRESETS]
    )


def chat_mutes(*, muted: bool) -> InlineKeyboardMarkup:
    """For how long is the whole chat muted?"""
    if muted:
        return _keyboard([_button(_(captions.UNMUTE), ChatMuteButton(minutes=0))])
    return _keyboard(
        [
            _button(captions.mute_for(minutes), ChatMuteButton(minutes=minutes))
            for minutes in MUTE_PRESETS
        ]
    )


def timings(current: Timing) -> InlineKeyboardMarkup:
    """Instant or safe; the one that holds is ticked."""
    names = {Timing.INSTANT: _(captions.INSTANT), Timing.SAFE: _(captions.SAFE)}
    return _keyboard(
        [
            _button(name + " ✓" * (timing is current), TimingButton(timing=timing))
            for timing, name in names.items()
        ]
    )


def languages(chosen: Language | None) -> InlineKeyboardMarkup:
    """Each language by its own name, and Telegram's; the one that holds is ticked."""
    buttons = [
        _button(name + " ✓" * (language is chosen), LanguageButton(language=language))
        for language, name in NAMES.items()
    ]
    telegram = _(captions.AS_TELEGRAM) + " ✓" * (chosen is None)
    return _keyboard(buttons[:2], buttons[2:], [_button(telegram, LanguageButton(language=None))])


def noises(let_in: Collection[NoiseRule]) -> InlineKeyboardMarkup:
    """A switch for each rule against noise."""
    return _keyboard(*[[_noise(rule, noise=rule not in let_in)] for rule in NoiseRule])


def remedies(
    rules: Iterable[NoiseRule], lower: Iterable[Watch], unpriced: Iterable[Watch]
) -> InlineKeyboardMarkup | None:
    """Under what did not happen: switches that would have let it happen; None without any.

    ``lower`` are watches whose threshold was not reached, ``unpriced`` those that wanted a price.
    """
    rows = [[_noise(rule, noise=True)] for rule in rules]
    rows += [[_unpriced(watch)] for watch in unpriced]
    rows += [
        [
            _button(
                captions.threshold_of(watch.number),
                WatchButton(id=watch.id, act=Act.THRESHOLDS),
            )
        ]
        for watch in lower
    ]
    return _keyboard(*rows[:_REMEDIES]) if rows else None


def _noise(rule: NoiseRule, *, noise: bool) -> InlineKeyboardButton:
    return _button(captions.let_in(rule, noise=noise), NoiseButton(rule=rule, let_in=noise))


def _unpriced(watch: Watch) -> InlineKeyboardButton:
    if watch.unpriced is Unpriced.TELL:
        return _button(
            _(captions.IGNORE_UNPRICED), UnpricedButton(id=watch.id, unpriced=Unpriced.IGNORE)
        )
    return _button(_(captions.TELL_UNPRICED), UnpricedButton(id=watch.id, unpriced=Unpriced.TELL))
