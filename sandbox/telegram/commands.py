"""The bot's registered commands, by scope and language, and which of them a person is offered."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from sandbox.telegram.chats import Chat, Chats
from sandbox.telegram.errors import BadRequest

MOST_COMMANDS = 100
_SIMPLE_SCOPES = ("default", "all_private_chats", "all_group_chats", "all_chat_administrators")
_COMMAND = re.compile(r"^/?([a-z0-9_]{1,32})$")


@dataclass(frozen=True, slots=True)
class Scope:
    """Where commands hold; the fields beyond `type` as the type needs them."""

    type: str = "default"
    chat_id: int | None = None
    user_id: int | None = None


@dataclass(frozen=True, slots=True)
class BotCommand:
    """One command without its slash."""

    command: str
    description: str


@dataclass(slots=True)
class Commands:
    """Lists by (scope, language); a list that is not there falls through to a wider one."""

    lists: dict[tuple[Scope, str], tuple[BotCommand, ...]] = field(default_factory=dict)

    def put(self, scope: Scope, language: str, commands: tuple[BotCommand, ...]) -> None:
        if commands:
            self.lists[scope, language] = commands
        else:
            self.lists.pop((scope, language), None)

    def exact(self, scope: Scope, language: str) -> tuple[BotCommand, ...]:
        return self.lists.get((scope, language), ())

    def offered(
        self, chat: Chat, user_id: int, language: str, *, is_admin: bool
    ) -> tuple[BotCommand, ...]:
        """In the order of the Bot API's "Determining list of commands"."""
        for scope in _scopes(chat, user_id, is_admin=is_admin):
            for spoken in (language, ""):
                found = self.lists.get((scope, spoken))
                if found:
                    return found
        return ()


def _scopes(chat: Chat, user_id: int, *, is_admin: bool) -> list[Scope]:
    if chat.type == "private":
        return [Scope("chat", chat.id), Scope("all_private_chats"), Scope()]
    admin = [Scope("chat_administrators", chat.id)] if is_admin else []
    admins = [Scope("all_chat_administrators")] if is_admin else []
    member = [Scope("chat_member", chat.id, user_id)]
    return [*member, *admin, Scope("chat", chat.id), *admins, Scope("all_group_chats"), Scope()]


def parse_commands(found: Any) -> tuple[BotCommand, ...]:
    """The `commands` of a call, JSON already read."""
    if not isinstance(found, list):
        raise BadRequest("Expected an Array of BotCommand")
    if len(found) > MOST_COMMANDS:
        raise BadRequest("BOT_COMMANDS_TOO_MUCH")
    return tuple(_command(one) for one in found)


def _command(one: Any) -> BotCommand:
    if not isinstance(one, dict):
        raise BadRequest("Can't parse BotCommand: expected an Object")
    for name in ("command", "description"):
        if not isinstance(one.get(name), str):
            raise BadRequest(f"Can't parse BotCommand: Can't find field \"{name}\"")
    match = _COMMAND.match(one["command"])
    if match is None:
        raise BadRequest("BOT_COMMAND_INVALID")
    description = one["description"].strip()
    if not 1 <= len(description) <= 256:
        raise BadRequest("BOT_COMMAND_DESCRIPTION_INVALID")
    return BotCommand(match[1], description)


def parse_scope(found: Any, chats: Chats) -> Scope:
    """The `scope` of a call, JSON already read; None is the default scope."""
    if found is None:
        return Scope()
    if not isinstance(found, dict):
        raise BadRequest("Can't parse BotCommandScope: BotCommandScope must be an Object")
    kind = found.get("type")
    if kind in _SIMPLE_SCOPES:
        return Scope(str(kind))
    if kind not in ("chat", "chat_administrators", "chat_member"):
        raise BadRequest("Can't parse BotCommandScope: Unsupported type specified")
    chat = chats.find(str(found.get("chat_id", "")))
    if chat is None:
        raise BadRequest("chat not found")
    if kind != "chat_member":
        return Scope(str(kind), chat.id)
    user_id = found.get("user_id")
    if not isinstance(user_id, int) or user_id <= 0:
        raise BadRequest("Can't parse BotCommandScope: Invalid user_id specified")
    return Scope("chat_member", chat.id, user_id)
