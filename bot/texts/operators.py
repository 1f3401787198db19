"""What those who run the bot read in ``/admin``. What the watcher and delivery say of themselves is
in English, like the log."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from bot.languages import N_, NAMES, _, ngettext
from bot.numbers import grouped
from bot.texts.levels import called
from bot.texts.standing import waiting
from bot.texts.words import ago_words, day_words, duration_words, listed, time_words
from data.model import BroadcastState, ChatKind, ChatState, Language, Level, SendState

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from data.model import Broadcast, Chain, ChainPause, Chat, Fault, Reach
    from data.queries.census import People
    from data.queries.standing import Queue
    from data.redis.published import ChainStatus

USERS = N_("👥 People")
CHATS = N_("💬 Chats")
QUEUE = N_("📮 Queue")
NODES = N_("🛰 Nodes")
CHAINS = N_("⛓ Chains")
ERRORS = N_("🐞 Errors")
BROADCAST = N_("📢 Tell everybody")
REFRESH = N_("↻ Anew")
FIND = N_("🔎 Find")
EVERYBODY = N_("Everybody")
ADMINS = N_("Admins")
GUESTS = N_("Waiting")
BLOCKED = N_("Blocked")
PLACES = N_("Groups and channels")
YES = N_("Yes")
NO = N_("No")
LET_IN = N_("✓ Let in")
REFUSE = N_("✗ Refuse")
SEND = N_("📢 Send it to everybody")
TO_MYSELF = N_("To me only")
CANCEL = N_("Cancel")
STOP = N_("⏹ Stop")

ASK_WHOM = N_("Whom? Write an id, or a part of the name.")
NOBODY = N_("I find nobody like that: write another id or name.")
NOT_KNOWN = N_("I do not know that chat any more.")
NOT_YOURS = N_("That is not yours to change.")
ASK_TEXT = N_(
    "📢 Write what everybody is to read: text as you want it to look, bold and links included."
    " You see it once more before anything is sent."
)
SENT_TO_YOU = N_("You have it above.")
NOT_A_DRAFT = N_("That is sent or cancelled already.")

SIGNS = {Level.OWNER: "👑 ", Level.ADMIN: "🛠 ", Level.GUEST: "🚪 ", Level.BLOCKED: "⛔ "}
_LEVELS = {
    Level.OWNER: N_("owner"),
    Level.ADMIN: N_("admin"),
    Level.MEMBER: N_("member"),
    Level.GUEST: N_("waits to be let in"),
    Level.BLOCKED: N_("blocked"),
}
_KINDS = {
    ChatKind.PRIVATE: N_("private chat"),
    ChatKind.GROUP: N_("group"),
    ChatKind.SUPERGROUP: N_("group"),
    ChatKind.CHANNEL: N_("channel"),
}
_KINDS_OF_MANY = {
    ChatKind.PRIVATE: N_("Private chats"),
    ChatKind.GROUP: N_("Groups"),
    ChatKind.SUPERGROUP: N_("Groups"),
    ChatKind.CHANNEL: N_("Channels"),
}
_STATES = {
    ChatState.ACTIVE: N_("active"),
    ChatState.BLOCKED: N_("has blocked me"),
    ChatState.KICKED: N_("removed me for good"),
    ChatState.LEFT: N_("removed me"),
    ChatState.SILENCED: N_("I may not write there"),
    ChatState.DEACTIVATED: N_("account deleted"),
    ChatState.GONE: N_("gone"),
    ChatState.MOVED: N_("became another chat"),
}
_LONGEST = 4096
_SHOWN_NODES = 12
_LONGEST_REASON = 80


def home(people: int, queue: Queue, paused: int, errors: int, now: datetime) -> str:
    """The answer to ``/admin``."""
    lines = [
        _("🛠 <b>Operators</b>"),
        ngettext("{count} person", "{count} people", people).format(count=grouped(people)),
        waiting(queue.alerts, queue.since, now),
    ]
    if paused:
        rests = ngettext("⏸ {count} chain rests", "⏸ {count} chains rest", paused)
        lines.append(rests.format(count=grouped(paused)))
    if errors:
        failed = ngettext(
            "🐞 {count} error in the last 24 h", "🐞 {count} errors in the last 24 h", errors
        )
        lines.append(failed.format(count=grouped(errors)))
    return "\n".join(lines)


def users(found: People, owners: int) -> str:
    """Who talks to the bot."""
    levels = [
        f"{_(_LEVELS[level])}: {grouped(number)}"
        for level, number in sorted(
            found.levels.items(), key=lambda pair: list(Level).index(pair[0])
        )
    ]
    total = ngettext("{count} person", "{count} people", found.total)
    new = _("{count} new in the last 24 h").format(count=grouped(found.new))
    owned = _("owners by the settings: {count}").format(count=grouped(owners))
    return "\n".join(
        [
            f"<b>{_(USERS)}</b>",
            f"{total.format(count=grouped(found.total))} · {new}",
            " · ".join([*levels, owned]),
        ]
    )


def chats(found: Mapping[tuple[str, str], int]) -> str:
    """Where the bot is: by kind and state."""
    by_kind: dict[str, dict[str, int]] = {}
    for (kind, state), number in found.items():
        states = by_kind.setdefault(_(_KINDS_OF_MANY[ChatKind(kind)]), {})
        words = _(_STATES[ChatState(state)])
        states[words] = states.get(words, 0) + number
    lines = [
        f"{kind}: "
        + ", ".join(
            f"{words} {grouped(number)}"
            for words, number in sorted(states.items(), key=lambda pair: -pair[1])
        )
        for kind, states in sorted(by_kind.items())
    ]
    return "\n".join([f"<b>{_(CHATS)}</b>", *lines])


def roll(total: int, page: int, pages: int) -> str:
    """Above a list of them."""
    count = ngettext("{count} chat", "{count} chats", total).format(count=grouped(total))
    return f"{count} · {page + 1}/{pages}" if pages > 1 else count


def card(chat: Chat, level: Level, watches: int, now: datetime) -> str:
    """One of those who talk to the bot."""
    lines = [
        f"<b>{called(chat)}</b>",
        f"<code>{chat.id}</code> · {_(_KINDS[chat.kind])} · {_(_STATES[chat.state])}",
        f"{SIGNS.get(level, '')}{_(_LEVELS[level])}",
        ngettext("{count} watch", "{count} watches", watches).format(count=grouped(watches)),
        _("here since {day}").format(day=day_words(chat.created_at, now)),
    ]
    if chat.added_by is not None:
        lines.append(_("added by <code>{id}</code>").format(id=chat.added_by))
    return "\n".join(lines)


def give(level: Level, chat: Chat) -> str:
    """The caption of the button that gives somebody a level; plain text."""
    if level is Level.ADMIN:
        return _("🛠 Make admin")
    if level is Level.BLOCKED:
        return _("⛔ Block")
    if chat.level is Level.BLOCKED:
        return _("✓ Unblock")
    return _("✓ Let in") if chat.level is Level.GUEST else _("Make an ordinary member")


def confirm_level(chat: Chat, level: Level) -> str:
    """Before somebody gets another level."""
    if level is Level.ADMIN:
        said = _("Make <b>{name}</b> an admin? They may do everything here but name admins.")
    elif level is Level.BLOCKED:
        said = _("Block <b>{name}</b>? They are told once, and their alerts rest.")
    else:
        said = _("Make <b>{name}</b> an ordinary member?")
    return said.format(name=called(chat))


def decided(chat: Chat, level: Level) -> str:
    """What became of somebody who wanted in."""
    if level is Level.BLOCKED:
        return _("✗ <b>{name}</b> was refused.").format(name=called(chat))
    return _("✓ <b>{name}</b> was let in.").format(name=called(chat))


def nodes(found: Sequence[tuple[Chain, ChainStatus | None]], now: datetime) -> str:
    """The nodes of each chain, as its watcher sees them."""
    parts = [f"<b>{_(NODES)}</b>"]
    for chain, status in found:
        title = f"<b>{escape(chain.title)}</b>"
        if status is None:
            parts.append(f"{title}: {_('the watcher does not run')}")
            continue
        written = _("{chain}, {ago}").format(chain=title, ago=ago_words(status.written_at, now))
        lines = [f"{written} · {escape(status.state)}"]
        for node in status.nodes[:_SHOWN_NODES]:
            well = node.state == "ready"
            facts = [
                f"{'🟢' if well else '🔴'} <code>{escape(node.name.split('://')[-1])}</code>",
                None if well else escape(node.state),
                None if node.head is None else grouped(node.head),
                None if node.latency_ms is None else f"{node.latency_ms} ms",
                f"{node.faults:,}/{node.calls:,} ✗" if node.faults else None,
                None if well or not node.reason else escape(node.reason[:_LONGEST_REASON]),
            ]
            lines.append(" · ".join(fact for fact in facts if fact))
        if len(status.nodes) > _SHOWN_NODES:
            lines.append("…")
        parts.append("\n".join(lines))
    return _fitting(parts)


def errors(found: Sequence[Fault] | None, now: datetime) -> str:
    """What failed in the last day; None where that cannot be known."""
    title = f"<b>{_(ERRORS)}</b>"
    if found is None:
        return f"{title}\n{_('Redis cannot be reached, so errors are unknown.')}"
    if not found:
        return f"{title}\n{_('None in the last 24 h.')}"
    parts = [title]
    for fault in found:
        code = f" · <code>{escape(fault.code)}</code>" if fault.code else ""
        parts.append(
            f"{time_words(fault.last, now)} · {escape(fault.process)}{code}"
            f" · ×{grouped(fault.count)}\n{escape(fault.kind)}"
        )
    return _fitting(parts)


def chains(
    found: Sequence[tuple[Chain, ChainStatus | None]],
    paused: Mapping[str, ChainPause],
    now: datetime,
) -> str:
    """Which chains are followed, and which rest by whose word."""
    lines = [f"<b>{_(CHAINS)}</b>"]
    for chain, status in found:
        title = escape(chain.title)
        if chain.name in paused:
            lines.append(f"⏸ {title}: {pause_words(paused[chain.name], now)}")
        else:
            state = _("the watcher does not run") if status is None else escape(status.state)
            lines.append(f"▶️ {title}: {state}")
    return "\n".join(lines)


def pause_words(pause: ChainPause, now: datetime) -> str:
    """By whose word a chain rests, and since when."""
    return _("rests since {time} by the word of {name}").format(
        time=time_words(pause.since, now), name=escape(pause.who)
    )


def pause(chain: Chain) -> str:
    """The caption of the button that lets a chain rest; plain text."""
    return _("⏸ Let {chain} rest").format(chain=chain.title)


def resume(chain: Chain) -> str:
    """The caption of the button that ends that; plain text."""
    return _("▶️ Follow {chain} again").format(chain=chain.title)


def confirm_pause(chain: Chain, within: str) -> str:
    """Before a chain rests."""
    return _(
        "Let <b>{chain}</b> rest? Nobody is told of anything there meanwhile. Up to {within} are"
        " caught up with afterwards; of a longer rest the blocks between are filled in later."
    ).format(chain=escape(chain.title), within=within)


def reach(found: Reach) -> str:
    """Below the preview of a broadcast: whom it goes to."""
    kinds: dict[str, int] = {}
    for kind, number in found.kinds.items():
        words = _(_KINDS_OF_MANY[ChatKind(kind)])
        kinds[words] = kinds.get(words, 0) + number
    by_kind = listed([f"{words} {grouped(number)}" for words, number in kinds.items()])
    languages = listed(
        [
            f"{NAMES[Language(language)]} {grouped(number)}"
            for language, number in sorted(found.languages.items(), key=lambda pair: -pair[1])
        ]
    )
    total = ngettext(
        "☝️ This is what {count} chat gets.", "☝️ This is what {count} chats get.", found.total
    ).format(count=grouped(found.total))
    return "\n".join(line for line in (total, by_kind, languages) if line)


def progress(broadcast: Broadcast, counts: Mapping[SendState, int], now: datetime) -> str:
    """How far a broadcast is, or what became of it."""
    waiting = counts.get(SendState.WAITING, 0)
    total = sum(counts.values())
    titles = {
        BroadcastState.SENDING: _("📢 <b>Sending</b>: {done} of {total}"),
        BroadcastState.DONE: _("✅ <b>Sent</b>: {done} of {total}"),
        BroadcastState.STOPPED: _("⏹ <b>Stopped</b>: {done} of {total}"),
    }
    title = titles.get(broadcast.state, titles[BroadcastState.SENDING])
    done = counts.get(SendState.SENT, 0)
    lines = [title.format(done=grouped(done), total=grouped(total))]
    rest = {
        SendState.LOST: _("cannot be reached: {count}"),
        SendState.MUTED: _("muted: {count}"),
        SendState.FAILED: _("refused by Telegram: {count}"),
        SendState.UNKNOWN: _("uncertain, not tried again: {count}"),
    }
    for state, words in rest.items():
        if counts.get(state):
            lines.append(words.format(count=grouped(counts[state])))
    if waiting:
        words = _("not sent: {count}")
        if broadcast.state is BroadcastState.SENDING:
            words = _("still to come: {count}")
        lines.append(words.format(count=grouped(waiting)))
    if broadcast.begun_at is not None:
        until = broadcast.ended_at or now
        lines.append(f"⏱ {duration_words(until - broadcast.begun_at)}")
    return "\n".join(lines)


def _fitting(parts: Sequence[str]) -> str:
    """As many of the parts as a message holds."""
    text = parts[0]
    for part in parts[1:]:
        if len(text) + len(part) + 4 > _LONGEST:
            return text + "\n\n…"
        text += f"\n\n{part}"
    return text
