"""What Telegram's menu offers is what the bot answers: in private, in groups, to administrators."""

from __future__ import annotations

from functools import cache
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

from aiogram import Router
from aiogram.filters import Command

from bot.commands import COMMANDS, MENUS, ONLY_PRIVATE, OPEN_TO_ALL
from bot.dispatcher import _chats
from bot.middlewares.budget import Acquaintances
from data.redis.connection import open_redis
from data.settings import load_settings

if TYPE_CHECKING:
    from bot.context import Context

NOWHERE = "redis://127.0.0.1:1/0"


@cache
def everything() -> Router:
    """All routers, of a bot that nobody talks to."""
    known = SimpleNamespace(settings=load_settings(_env_file=None), redis=open_redis(NOWHERE))
    return _chats(cast("Context", known), Acquaintances())


OF_OPERATORS = frozenset({"admin", "broadcast"})
"""They are in no menu: to anybody else it looks as if there were no such command."""


def handled() -> dict[str, dict[str, Any]]:
    """The flags of each command's handler."""
    root = everything()
    return {
        str(name): handler.flags
        for router in root.chain_tail
        for handler in router.message.handlers
        for one in handler.filters or ()
        if isinstance(one.callback, Command)
        for name in one.callback.commands
    }


def test_every_command_that_is_handled_is_offered() -> None:
    other_names = {"groups"}

    assert set(handled()) - other_names - OF_OPERATORS == set(COMMANDS)
    assert set(handled()) >= OF_OPERATORS
    assert not OF_OPERATORS & set(COMMANDS)


def test_what_a_groups_members_are_offered_is_open_to_them() -> None:
    flags = handled()

    assert {name for name in COMMANDS if flags[name].get("open")} == OPEN_TO_ALL


def test_administrators_are_offered_what_members_are_and_the_rest() -> None:
    private, members, administrators = (set(offered) for _scope, offered in MENUS)

    assert private == set(COMMANDS)
    assert members == OPEN_TO_ALL < administrators
    assert administrators == set(COMMANDS) - ONLY_PRIVATE


def test_only_private_chats_have_what_is_for_them_alone() -> None:
    root = everything()
    (channels,) = (one for one in root.chain_tail if one.name == "channels")

    assert isinstance(channels, Router)
    assert {
        str(name)
        for handler in channels.message.handlers
        for one in handler.filters or ()
        if isinstance(one.callback, Command)
        for name in one.callback.commands
    } >= ONLY_PRIVATE
