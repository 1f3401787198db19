"""Who the bot is and what it offers."""

from __future__ import annotations

from typing import Any

from sandbox.telegram.commands import Scope, parse_commands, parse_scope
from sandbox.telegram.errors import BadRequest
from sandbox.telegram.parameters import Parameters
from sandbox.telegram.world import World

LONGEST_NAME = 64
LONGEST_DESCRIPTION = 512
LONGEST_SHORT_DESCRIPTION = 120


def get_me(world: World, _call: Parameters) -> dict[str, Any]:
    return {
        **world.bot.as_api(),
        "can_join_groups": True,
        "can_read_all_group_messages": False,
        "supports_inline_queries": True,
        "can_connect_to_business": False,
        "has_main_web_app": False,
    }


def _place(world: World, call: Parameters) -> tuple[Scope, str]:
    scope = parse_scope(call.json("scope", "Can't parse BotCommandScope JSON object"), world.chats)
    return scope, _language(call)


def _language(call: Parameters) -> str:
    language = call.text("language_code")
    if language and not (len(language) == 2 and language.isascii() and language.islower()):
        raise BadRequest("invalid language code specified")
    return language


def set_my_commands(world: World, call: Parameters) -> bool:
    found = call.json("commands", "Can't parse commands JSON object")
    world.commands.put(*_place(world, call), parse_commands([] if found is None else found))
    world.events.emit("commands", None)
    return True


def get_my_commands(world: World, call: Parameters) -> list[dict[str, str]]:
    found = world.commands.exact(*_place(world, call))
    return [{"command": c.command, "description": c.description} for c in found]


def delete_my_commands(world: World, call: Parameters) -> bool:
    world.commands.put(*_place(world, call), ())
    world.events.emit("commands", None)
    return True


def _set(kept: dict[str, str], call: Parameters, field: str, longest: int) -> bool:
    text, language = call.text(field), _language(call)
    if len(text) > longest:
        raise BadRequest(f"{field.upper()}_TOO_LONG")
    if text:
        kept[language] = text
    else:
        kept.pop(language, None)
    return True


def _get(kept: dict[str, str], call: Parameters, field: str) -> dict[str, str]:
    return {field: kept.get(_language(call), kept.get("", ""))}


def set_my_description(world: World, call: Parameters) -> bool:
    return _set(world.profile.descriptions, call, "description", LONGEST_DESCRIPTION)


def get_my_description(world: World, call: Parameters) -> dict[str, str]:
    return _get(world.profile.descriptions, call, "description")


def set_my_short_description(world: World, call: Parameters) -> bool:
    kept = world.profile.short_descriptions
    return _set(kept, call, "short_description", LONGEST_SHORT_DESCRIPTION)


def get_my_short_description(world: World, call: Parameters) -> dict[str, str]:
    return _get(world.profile.short_descriptions, call, "short_description")


def set_my_name(world: World, call: Parameters) -> bool:
    return _set(world.profile.names, call, "name", LONGEST_NAME)


def get_my_name(world: World, call: Parameters) -> dict[str, str]:
    found = _get(world.profile.names, call, "name")
    return found if found["name"] else {"name": world.bot.first_name}


def stay(_world: World, _call: Parameters) -> bool:
    """logOut and close: agreed to, and nothing follows here."""
    return True


METHODS = {
    "getMe": get_me,
    "logOut": stay,
    "close": stay,
    "setMyCommands": set_my_commands,
    "getMyCommands": get_my_commands,
    "deleteMyCommands": delete_my_commands,
    "setMyDescription": set_my_description,
    "getMyDescription": get_my_description,
    "setMyShortDescription": set_my_short_description,
    "getMyShortDescription": get_my_short_description,
    "setMyName": set_my_name,
    "getMyName": get_my_name,
}
