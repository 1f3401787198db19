"""Where alerts go."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from data.model.language import Language, language_of

if TYPE_CHECKING:
    from datetime import datetime
    from decimal import Decimal


class ChatKind(StrEnum):
    """Telegram's kinds of chat."""

    PRIVATE = "private"
    GROUP = "group"
    SUPERGROUP = "supergroup"
    CHANNEL = "channel"


class ChatState(StrEnum):
    """Whether the bot may speak there; watches are kept whatever it is, and rest meanwhile.

    Every state but the last two ends by itself: the chat is active again when the bot is let in,
    unblocked, or gets its rights back.
    """

    ACTIVE = "active"
    BLOCKED = "blocked"
    """by the person whose private chat it is"""
    KICKED = "kicked"
    LEFT = "left"
    """a group or channel without the bot, which nobody banned"""
    SILENCED = "silenced"
    """the bot is there and may not write: restricted, or no administrator of its channel"""
    DEACTIVATED = "deactivated"
    """the person's account is no more"""
    GONE = "gone"
    MOVED = "moved"
    """it became a supergroup, which has its watches now"""


class NoiseRule(StrEnum):
    """What a chat is not told of unless it switches the rule off."""

    LOOKALIKE = "lookalike"
    """worthless transfers from an address that looks like one the chat watches or has dealt with"""
    IMITATION = "imitation"
    """tokens that imitate a known symbol or name"""
    AIRDROP = "airdrop"
    """one transaction, hundreds of receivers"""


class Timing(StrEnum):
    """When a chat is alerted: at the head, or once the block is safe from all but deep reorgs."""

    INSTANT = "instant"
    SAFE = "safe"


class Level(StrEnum):
    """What somebody may do with the bot, and whether it does anything for a group or channel."""

    OWNER = "owner"
    """named in the settings, and stored nowhere"""
    ADMIN = "admin"
    """named by an owner: looks after the bot with them"""
    MEMBER = "member"
    GUEST = "guest"
    """not let in yet, where the bot is for invited people only"""
    BLOCKED = "blocked"


@dataclass(frozen=True, slots=True)
class Quiet:
    """When a chat is not to be woken, in minutes of its day; what reaches ``times`` as much as its
    watch asks for comes through, nothing where it is None."""

    begins: int
    ends: int
    times: int | None = None


class DigestEvery(StrEnum):
    """How often a chat gets what happened in one message instead of many."""

    OFF = "off"
    HOUR = "hourly"
    DAY = "daily"


@dataclass(frozen=True, slots=True)
class Chat:
    """One Telegram chat; ``id`` is Telegram's."""

    id: int
    kind: ChatKind
    state: ChatState
    default_threshold_usd: Decimal
    muted_until: datetime | None
    created_at: datetime
    timing: Timing = Timing.INSTANT
    noise_let_in: frozenset[NoiseRule] = frozenset()
    """The rules against noise that the chat has switched off."""
    moved_to: int | None = None
    """The supergroup that it became."""
    notice: str | None = None
    """A sentence of the bot's own, as HTML, that the chat is to be told before anything else."""
    title: str | None = None
    """What a group or channel, or the person of a private chat, calls itself, as Telegram said
    last; anything may stand in it."""
    added_by: int | None = None
    """The person who added the bot to a group or channel."""
    time_zone: str | None = None
    """By its name in the IANA's list, or an offset like ``+0530``; None is UTC."""
    quiet: Quiet | None = None
    digest: DigestEvery = DigestEvery.OFF
    digest_at: int | None = None
    """The minute of the chat's day at which a daily digest comes."""
    digest_due: datetime | None = None
    """When what is deferred for it has to be looked at; None where nothing is."""
    digest_times: int | None = None
    """Between digests comes through what reaches so many times its threshold; None is nothing."""
    level: Level = Level.MEMBER
    language: Language | None = None
    """What it chose; None is whatever Telegram shows to whoever wrote last."""
    telegram_language: str | None = None
    """Telegram's tag of that, like ``pt-br``."""

    @property
    def reads(self) -> Language:
        """The language to write to it in."""
        return self.language or language_of(self.telegram_language)


@dataclass(frozen=True, slots=True)
class ChatName:
    """What a chat calls an address; ``chain`` None means on every chain."""

    chain: str | None
    address: bytes
    name: str
