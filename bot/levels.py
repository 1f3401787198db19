"""Who may do what with the bot: owners, admins, members, guests, and whoever is blocked.

Owners are named in the settings; everybody else's level stands with their chat. A group or channel
has a level too, but nobody in it has theirs from it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from data.model import ChatKind, Level
from data.redis.budget import Rate

if TYPE_CHECKING:
    from data.model import Chat
    from data.settings import Settings

OPERATORS = frozenset({Level.OWNER, Level.ADMIN})


def level_of(settings: Settings, person: int | None, stored: Level | None) -> Level:
    """What a person may do; ``stored`` is what the database has of them. Where everybody is let in
    there are no guests."""
    if person is not None and person in settings.admin_ids:
        return Level.OWNER
    if stored is None:
        return newcomer(settings, person)
    if stored is Level.GUEST and not settings.private_bot:
        return Level.MEMBER
    return stored


def newcomer(settings: Settings, person: int | None) -> Level:
    """The level to be stored of somebody who was never here."""
    is_owner = person is not None and person in settings.admin_ids
    return Level.GUEST if settings.private_bot and not is_owner else Level.MEMBER


def level_of_place(settings: Settings, adder: int, known: Chat | None) -> Level:
    """The level of a group or channel, by who brought the bot there: nobody who is blocked has it
    in a group instead, and to a private bot a stranger's group is a stranger."""
    level = level_of(settings, adder, None if known is None else known.level)
    return Level.MEMBER if level in OPERATORS else level


def limit_of(chat: Chat, settings: Settings, of_everybody: int) -> int:
    """How many watches a chat may have, where everybody has ``of_everybody``: an operator has
    more."""
    person = chat.id if chat.kind is ChatKind.PRIVATE else None
    if level_of(settings, person, chat.level) in OPERATORS:
        return max(of_everybody, settings.watches_per_operator)
    return of_everybody


LOOKS = 3
"""Times as often as they command may a person only look."""


def rate_of(level: Level, settings: Settings) -> Rate | None:
    """How often a person is answered; None without a limit."""
    if level in OPERATORS:
        return None
    if level is Level.MEMBER:
        return Rate(settings.commands_per_minute, settings.commands_burst)
    per_minute = min(settings.commands_per_minute_of_guests, settings.commands_per_minute)
    return Rate(per_minute, min(per_minute, settings.commands_burst))


def rate_of_looking(level: Level, settings: Settings) -> Rate | None:
    """How often a person is shown another page, or what they ask inline, where each letter typed is
    a question; None without a limit."""
    rate = rate_of(level, settings)
    return rate and Rate(LOOKS * rate.per_minute, LOOKS * rate.burst)


def rate_of_group(settings: Settings) -> Rate:
    """How often all of a group together are answered."""
    return Rate(settings.commands_per_minute_of_groups, 2 * settings.commands_burst)
