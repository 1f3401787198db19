"""Chats: where alerts go, and whether they may."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import case, func, literal, select, update

from data.columns import UtcTime
from data.model import (
    Chat,
    ChatKind,
    ChatState,
    DigestEvery,
    Language,
    Level,
    NoiseRule,
    Quiet,
    Timing,
)
from data.queries import among, batches, insert
from data.tables import chats

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from datetime import datetime
    from decimal import Decimal

    from sqlalchemy.ext.asyncio import AsyncConnection

_LONGEST_TAG = 35
_LET_IN = {
    NoiseRule.LOOKALIKE: chats.c.lookalikes_let_in,
    NoiseRule.IMITATION: chats.c.imitations_let_in,
    NoiseRule.AIRDROP: chats.c.airdrops_let_in,
}


def _chat(row: Any) -> Chat:
    return Chat(
        id=row.id,
        kind=ChatKind(row.kind),
        state=ChatState(row.state),
        default_threshold_usd=row.default_threshold_usd,
        muted_until=row.muted_until,
        created_at=row.created_at,
        timing=Timing(row.timing),
        moved_to=row.moved_to,
        notice=row.notice,
        title=row.title,
        added_by=row.added_by,
        time_zone=row.time_zone,
        quiet=(
            None
            if row.quiet_begins is None or row.quiet_ends is None
            else Quiet(row.quiet_begins, row.quiet_ends, row.quiet_times)
        ),
        digest=DigestEvery(row.digest),
        digest_at=row.digest_at,
        digest_due=row.digest_due,
        digest_times=row.digest_times,
        level=Level(row.level),
        language=None if row.language is None else Language(row.language),
        telegram_language=row.telegram_language,
        noise_let_in=frozenset(
            rule for rule, let_in in _LET_IN.items() if getattr(row, let_in.name)
        ),
    )


def as_chats(rows: Iterable[Any]) -> list[Chat]:
    """Whole rows of the table."""
    return [_chat(row) for row in rows]


async def get(connection: AsyncConnection, chat_id: int) -> Chat | None:
    """One chat, None if the bot never met it."""
    row = (await connection.execute(select(chats).where(chats.c.id == chat_id))).one_or_none()
    return None if row is None else _chat(row)


async def spoken(
    connection: AsyncConnection,
    chat_id: int,
    kind: ChatKind,
    telegram_language: str | None,
    *,
    title: str | None = None,
    speaker: int | None = None,
) -> tuple[Chat, Level | None] | None:
    """As ``hear``, if nothing about the chat is new: most often. None where that has something to
    write."""
    asked = select(chats, _level_of(speaker)).where(chats.c.id == chat_id)
    row = (await connection.execute(asked)).one_or_none()
    if row is None:
        return None
    chat, level = _heard(row)
    tag = telegram_language[:_LONGEST_TAG] if telegram_language else None
    is_known = (
        chat.state is ChatState.ACTIVE
        and chat.kind is kind
        and tag in {None, chat.telegram_language}
        and title in {None, chat.title}
    )
    return (chat, level) if is_known else None


async def meet(
    connection: AsyncConnection,
    chat_id: int,
    kind: ChatKind,
    default: Decimal,
    now: datetime,
    telegram_language: str | None = None,
) -> Chat:
    """The chat, made if it is new, and active again: it has just spoken to the bot. One that moved
    stays where it went: what comes late of its old place means nothing any more.

    ``telegram_language`` is the tag of whoever spoke; None leaves what is known.
    """
    return (await hear(connection, chat_id, kind, default, now, telegram_language))[0]


async def hear(
    connection: AsyncConnection,
    chat_id: int,
    kind: ChatKind,
    default: Decimal,
    now: datetime,
    telegram_language: str | None = None,
    *,
    title: str | None = None,
    speaker: int | None = None,
    level: Level = Level.MEMBER,
) -> tuple[Chat, Level | None]:
    """As ``meet``, and the level of the person who spoke; None where they have no chat of their own
    with the bot.

    ``title`` is what the chat calls itself; None leaves what is known. A new chat has ``level``.
    """
    tag = telegram_language[:_LONGEST_TAG] if telegram_language else None
    statement = (
        insert(connection, chats)
        .values(
            id=chat_id,
            kind=kind,
            state=ChatState.ACTIVE,
            default_threshold_usd=default,
            created_at=now,
            telegram_language=tag,
            title=title,
            level=level,
        )
        .on_conflict_do_update(
            index_elements=["id"],
            set_={
                "kind": kind,
                "state": case(
                    (chats.c.state == ChatState.MOVED, ChatState.MOVED.value),
                    else_=ChatState.ACTIVE.value,
                ),
                "state_reason": None,
                "telegram_language": func.coalesce(tag, chats.c.telegram_language),
                "title": func.coalesce(title, chats.c.title),
            },
        )
        .returning(chats, _level_of(speaker))
    )
    return _heard((await connection.execute(statement)).one())


def _level_of(speaker: int | None) -> Any:
    persons = chats.alias()
    level = select(persons.c.level).where(persons.c.id == speaker).scalar_subquery()
    return level.label("speaker_level")


def _heard(row: Any) -> tuple[Chat, Level | None]:
    return _chat(row), None if row.speaker_level is None else Level(row.speaker_level)


async def added(
    connection: AsyncConnection,
    chat_id: int,
    kind: ChatKind,
    title: str | None,
    by: int,
    default: Decimal,
    now: datetime,
    telegram_language: str | None = None,
    level: Level = Level.MEMBER,
) -> bool:
    """Somebody brought the bot into a group or channel; whether it was not there before. A new one
    has ``level``."""
    before = await get(connection, chat_id)
    await hear(connection, chat_id, kind, default, now, telegram_language, level=level)
    await connection.execute(
        update(chats).where(chats.c.id == chat_id).values(title=title, added_by=by)
    )
    return before is None or before.state is not ChatState.ACTIVE


async def added_by(connection: AsyncConnection, person: int) -> list[Chat]:
    """The groups and channels into which a person brought the bot, and in which it may speak."""
    statement = (
        select(chats)
        .where(chats.c.added_by == person, chats.c.state == ChatState.ACTIVE)
        .order_by(chats.c.title, chats.c.id)
    )
    return [_chat(row) for row in await connection.execute(statement)]


async def set_state(
    connection: AsyncConnection, chat_id: int, state: ChatState, reason: str | None
) -> None:
    """Note that the bot may, or may no longer, speak there, and what Telegram said.

    A chat that moved stays so: what comes late of its old place means nothing any more.
    """
    await connection.execute(
        update(chats)
        .where(chats.c.id == chat_id, chats.c.state != ChatState.MOVED)
        .values(state=state, state_reason=reason)
    )


async def set_title(connection: AsyncConnection, chat_id: int, title: str | None) -> None:
    """What a group or channel calls itself."""
    await connection.execute(update(chats).where(chats.c.id == chat_id).values(title=title))


async def set_notice(connection: AsyncConnection, chat_id: int, html: str) -> None:
    """Tell the chat something of the bot's own before its next message."""
    await connection.execute(update(chats).where(chats.c.id == chat_id).values(notice=html))


async def notice_told(connection: AsyncConnection, chat_id: int, html: str) -> None:
    """It was told, unless it reads differently by now."""
    told = (chats.c.id == chat_id) & (chats.c.notice == html)
    await connection.execute(update(chats).where(told).values(notice=None))


async def set_default_threshold(connection: AsyncConnection, chat_id: int, usd: Decimal) -> None:
    """The threshold of every watch of the chat that has none of its own."""
    await connection.execute(
        update(chats).where(chats.c.id == chat_id).values(default_threshold_usd=usd)
    )


async def let_in(
    connection: AsyncConnection, chat_id: int, rule: NoiseRule, *, noise: bool
) -> None:
    """Whether the chat is told of what a rule takes for noise."""
    values = {_LET_IN[rule].name: noise}
    await connection.execute(update(chats).where(chats.c.id == chat_id).values(values))


async def letting_in(
    connection: AsyncConnection, chat_ids: Collection[int], rule: NoiseRule
) -> set[int]:
    """Those of the chats that are told of what a rule takes for noise."""
    found: set[int] = set()
    for some in batches(chat_ids):
        statement = select(chats.c.id).where(among(connection, chats.c.id, some), _LET_IN[rule])
        found.update((await connection.execute(statement)).scalars())
    return found


async def set_timing(connection: AsyncConnection, chat_id: int, timing: Timing) -> None:
    """When the chat is alerted from now on; what is held stays so until it is released."""
    await connection.execute(update(chats).where(chats.c.id == chat_id).values(timing=timing))


async def set_language(
    connection: AsyncConnection, chat_id: int, language: Language | None
) -> None:
    """What the chat is written to in from now on; None is Telegram's."""
    await connection.execute(update(chats).where(chats.c.id == chat_id).values(language=language))


async def mute(connection: AsyncConnection, chat_id: int, until: datetime | None) -> None:
    """Hold the whole chat's alerts back until then; None ends it."""
    await connection.execute(update(chats).where(chats.c.id == chat_id).values(muted_until=until))


async def set_time_zone(connection: AsyncConnection, chat_id: int, zone: str | None) -> None:
    """By whose clocks the chat lives."""
    await connection.execute(update(chats).where(chats.c.id == chat_id).values(time_zone=zone))


async def set_quiet(connection: AsyncConnection, chat_id: int, quiet: Quiet | None) -> None:
    """When the chat is not to be woken."""
    values = {
        "quiet_begins": None if quiet is None else quiet.begins,
        "quiet_ends": None if quiet is None else quiet.ends,
        "quiet_times": None if quiet is None else quiet.times,
    }
    await connection.execute(update(chats).where(chats.c.id == chat_id).values(values))


async def set_digest(
    connection: AsyncConnection,
    chat_id: int,
    every: DigestEvery,
    at: int | None,
    times: int | None,
) -> None:
    """How often the chat is told, a daily digest at which minute of its day, and what comes between
    them."""
    values = {"digest": every, "digest_at": at, "digest_times": times}
    await connection.execute(update(chats).where(chats.c.id == chat_id).values(values))


async def look_at(connection: AsyncConnection, chat_id: int, by: datetime) -> Chat:
    """The chat has something to be told at that time; the chat as it is now, and as it stays until
    the transaction ends."""
    known, then = chats.c.digest_due, literal(by, UtcTime())
    statement = (
        update(chats)
        .where(chats.c.id == chat_id)
        .values(digest_due=case((known < then, known), else_=then))
        .returning(chats)
    )
    return _chat((await connection.execute(statement)).one())


async def look_again(connection: AsyncConnection, chat_id: int, at: datetime | None) -> None:
    """Then, and not before, the chat has something to be told; None is never."""
    await connection.execute(update(chats).where(chats.c.id == chat_id).values(digest_due=at))


async def any_due(connection: AsyncConnection, now: datetime) -> bool:
    """Whether a chat has something to be told by now."""
    one = select(chats.c.id).where(chats.c.digest_due <= now).limit(1)
    return (await connection.execute(one)).first() is not None


async def due(connection: AsyncConnection, now: datetime, limit: int) -> list[int]:
    """Chats that have something to be told by now; asked once, they are not due any more."""
    first = (
        select(chats.c.id)
        .where(chats.c.digest_due <= now)
        .order_by(chats.c.digest_due)
        .limit(limit)
    )
    if connection.dialect.name == "postgresql":
        # NO KEY UPDATE: whoever is just writing for a chat holds its key, and may hold its queue
        first = first.with_for_update(key_share=True, skip_locked=True)
    found = sorted((await connection.execute(first)).scalars())
    for some in batches(found):
        await connection.execute(update(chats).where(chats.c.id.in_(some)).values(digest_due=None))
    return found


async def count(connection: AsyncConnection) -> int:
    """How many chats the bot has met."""
    return int((await connection.execute(select(func.count()).select_from(chats))).scalar_one())
