"""Keyboards of those who run the bot."""

from __future__ import annotations

from typing import TYPE_CHECKING

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
from bot.delivery.clean import clean
from bot.keyboards.rows import button, rows_of
from bot.languages import _
from bot.levels import OPERATORS
from bot.texts import buttons as captions
from bot.texts import operators as texts
from data.model import ChatKind, Level

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from aiogram.types import InlineKeyboardButton, InlineKeyboardMarkup

    from data.model import Chain, Chat


def _to(screen: Desk, caption: str) -> InlineKeyboardButton:
    return button(caption, DeskButton(screen=screen))


def back(screen: Desk = Desk.HOME) -> InlineKeyboardMarkup:
    """Only the way back, and the same anew."""
    return rows_of([_to(Desk.HOME, _(captions.BACK)), _to(screen, _(texts.REFRESH))])


def home() -> InlineKeyboardMarkup:
    """Under ``/admin``."""
    return rows_of(
        [_to(Desk.USERS, _(texts.USERS)), _to(Desk.CHATS, _(texts.CHATS))],
        [_to(Desk.QUEUE, _(texts.QUEUE)), _to(Desk.NODES, _(texts.NODES))],
        [_to(Desk.CHAINS, _(texts.CHAINS)), _to(Desk.ERRORS, _(texts.ERRORS))],
        [_to(Desk.BROADCAST, _(texts.BROADCAST))],
    )


def users(levels: Mapping[Level, int]) -> InlineKeyboardMarkup:
    """Under how many people there are."""
    lists = {
        Roll.ADMINS: (Level.ADMIN, texts.ADMINS),
        Roll.GUESTS: (Level.GUEST, texts.GUESTS),
        Roll.BLOCKED: (Level.BLOCKED, texts.BLOCKED),
    }
    some = [
        button(f"{_(caption)} ({levels[level]:,})", RollButton(roll=roll))
        for roll, (level, caption) in lists.items()
        if levels.get(level)
    ]
    return rows_of(
        [
            _to(Desk.FIND, _(texts.FIND)),
            button(_(texts.EVERYBODY), RollButton(roll=Roll.EVERYBODY)),
        ],
        some,
        [_to(Desk.HOME, _(captions.BACK))],
    )


def chats() -> InlineKeyboardMarkup:
    """Under how many chats there are."""
    return rows_of(
        [button(_(texts.PLACES), RollButton(roll=Roll.PLACES))],
        [_to(Desk.FIND, _(texts.FIND))],
        [_to(Desk.HOME, _(captions.BACK))],
    )


def roll(found: Sequence[Chat], which: Roll, page: int, pages: int) -> InlineKeyboardMarkup:
    """A button for each of them, and the ways to the other pages."""
    rows = [[_card_of(chat)] for chat in found]
    turns = []
    if page > 0:
        turns.append(button(_(captions.PREVIOUS), RollButton(roll=which, page=page - 1)))
    if page + 1 < pages:
        turns.append(button(_(captions.NEXT), RollButton(roll=which, page=page + 1)))
    screen = Desk.CHATS if which is Roll.PLACES else Desk.USERS
    return rows_of(*rows, turns, [_to(screen, _(captions.BACK))])


def found(chats_found: Sequence[Chat]) -> InlineKeyboardMarkup:
    """A button for each that was found."""
    return rows_of(*[[_card_of(chat)] for chat in chats_found], [_to(Desk.USERS, _(captions.BACK))])


def card(chat: Chat, choices: Collection[Level]) -> InlineKeyboardMarkup:
    """Under somebody's card: the levels that whoever reads it may give them."""
    rows = [
        [button(texts.give(level, chat), LevelButton(chat=chat.id, act=LevelAct.ASK, level=level))]
        for level in choices
    ]
    screen = Desk.USERS if chat.kind is ChatKind.PRIVATE else Desk.CHATS
    return rows_of(*rows, [_to(screen, _(captions.BACK))])


def confirm_level(chat: Chat, level: Level) -> InlineKeyboardMarkup:
    """Before somebody gets another level."""
    return rows_of(
        [
            button(_(texts.YES), LevelButton(chat=chat.id, act=LevelAct.SET, level=level)),
            button(_(texts.NO), LevelButton(chat=chat.id, act=LevelAct.OPEN)),
        ]
    )


def request(chat_id: int) -> InlineKeyboardMarkup:
    """Under the word that somebody wants in."""
    return rows_of(
        [
            button(_(texts.LET_IN), LetInButton(chat=chat_id, let_in=True)),
            button(_(texts.REFUSE), LetInButton(chat=chat_id, let_in=False)),
        ]
    )


def chains(known: Sequence[Chain], paused: Collection[str]) -> InlineKeyboardMarkup:
    """A switch for each chain."""
    rows = [
        [
            button(
                texts.resume(chain) if chain.name in paused else texts.pause(chain),
                PauseButton(
                    chain=chain.name,
                    act=PauseAct.RESUME if chain.name in paused else PauseAct.ASK,
                ),
            )
        ]
        for chain in known
    ]
    return rows_of(*rows, [_to(Desk.HOME, _(captions.BACK))])


def confirm_pause(chain: Chain) -> InlineKeyboardMarkup:
    """Before a chain rests."""
    return rows_of(
        [
            button(_(texts.YES), PauseButton(chain=chain.name, act=PauseAct.PAUSE)),
            _to(Desk.CHAINS, _(texts.NO)),
        ]
    )


def preview(broadcast_id: int) -> InlineKeyboardMarkup:
    """Under the preview of a broadcast."""
    return rows_of(
        [button(_(texts.SEND), BroadcastButton(id=broadcast_id, act=BroadcastAct.SEND))],
        [
            button(_(texts.TO_MYSELF), BroadcastButton(id=broadcast_id, act=BroadcastAct.SELF)),
            button(_(texts.CANCEL), BroadcastButton(id=broadcast_id, act=BroadcastAct.CANCEL)),
        ],
    )


def progress(broadcast_id: int) -> InlineKeyboardMarkup:
    """Under how far a broadcast is."""
    return rows_of([button(_(texts.STOP), BroadcastButton(id=broadcast_id, act=BroadcastAct.STOP))])


def _card_of(chat: Chat) -> InlineKeyboardButton:
    name = clean(chat.title or "", 64) or str(chat.id)
    sign = texts.SIGNS.get(chat.level, "")
    return button(captions.cut(f"{sign}{name}"), LevelButton(chat=chat.id, act=LevelAct.OPEN))


def choices_of(reader: Level, chat: Chat, level: Level) -> list[Level]:
    """The levels that a reader may give: owners are touched by nobody, admins by owners only."""
    if level is Level.OWNER or (level is Level.ADMIN and reader is not Level.OWNER):
        return []
    possible = [Level.MEMBER, Level.BLOCKED]
    if chat.kind is ChatKind.PRIVATE and reader is Level.OWNER:
        possible.insert(0, Level.ADMIN)
    return [one for one in possible if one is not level] if reader in OPERATORS else []
