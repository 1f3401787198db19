"""Buttons of those who run the bot."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from aiogram.filters.callback_data import CallbackData
from pydantic import Field

from bot.buttons.values import Id
from data.model import Level

AnyChat = Annotated[int, Field(gt=-(2**63), lt=2**63)]


class Desk(StrEnum):
    """The screens of ``/admin``."""

    HOME = "home"
    USERS = "users"
    FIND = "find"
    CHATS = "chats"
    QUEUE = "queue"
    NODES = "nodes"
    ERRORS = "errors"
    CHAINS = "chains"
    BROADCAST = "cast"


class DeskButton(CallbackData, prefix="ad"):
    """Show a screen."""

    screen: Desk


class Roll(StrEnum):
    """Lists of those who talk to the bot."""

    EVERYBODY = "all"
    ADMINS = "admins"
    GUESTS = "guests"
    BLOCKED = "blocked"
    PLACES = "places"
    """groups and channels"""


class RollButton(CallbackData, prefix="ar"):
    """A page of a list, from 0."""

    roll: Roll
    page: Annotated[int, Field(ge=0, le=10**6)] = 0


class LevelAct(StrEnum):
    """What a button of somebody's card does."""

    OPEN = "open"
    ASK = "ask"
    SET = "set"


class LevelButton(CallbackData, prefix="al"):
    """Show somebody's card, or give them another level; ``level`` is the one that they get."""

    chat: AnyChat
    act: LevelAct
    level: Level = Level.MEMBER


class LetInButton(CallbackData, prefix="ai"):
    """Let somebody in who asked for it, or not."""

    chat: AnyChat
    let_in: bool


class PauseAct(StrEnum):
    """What becomes of a chain."""

    ASK = "ask"
    PAUSE = "pause"
    RESUME = "resume"


class PauseButton(CallbackData, prefix="ac"):
    """Let a chain rest, or follow it again."""

    chain: Annotated[str, Field(max_length=32)]
    act: PauseAct


class BroadcastAct(StrEnum):
    """What becomes of what was written to everybody."""

    SEND = "send"
    SELF = "self"
    CANCEL = "cancel"
    STOP = "stop"


class BroadcastButton(CallbackData, prefix="ab"):
    """Under the preview of a broadcast, or under how far it is."""

    id: Id
    act: BroadcastAct
