"""Whale feeds: what of everything big a chat hears of."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from bot.languages import N_, _, ngettext
from bot.parse.text import shown
from bot.texts.words import threshold_meaning, threshold_words, watch_name
from data.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from data.model import Chain, Chat, Watch

NONE_ON = N_("There is no whale feed here: /whales offers them.")
ABOUT_WHAT = N_("🐋 <b>New feed</b>\nWhat shall I tell you of?")
WHICH_CHAIN = N_("On which chain?")
WHICH_TOKEN = N_("Which token?")
WHICH_VALUE = N_("From which value on?")
ASK_VALUE = N_(
    "From which value on shall <b>{feed}</b> tell you? Write it like <code>$250k</code> or"
    " <code>500 {coin}</code>."
)
ASK_TOKEN = N_("Which token? Write its symbol, like <code>LINK</code>, or its contract's address.")
MADE = N_("✅ New feed")
CHANGED = N_("✅ Changed: it was {threshold} before")
UNCHANGED = N_("It is so already")
_HEAD = N_("🐋 <b>Whale feeds</b>\nEverything big on a chain, or some of it, whoever moves it.")
_ONE_LINE = N_(
    "In one line: <code>/whales {chain} USDC inflow $5m</code>, <code>/whales all mints burns"
    " stablecoins $1m</code>"
)


def overview(feeds: Sequence[Watch], chat: Chat, chains: Sequence[Chain]) -> str:
    """What a feed is, and which ones the chat has."""
    line = _("{feed}: from <b>{threshold}</b>")
    lines = [
        line.format(
            feed=name(feed, chains) + _elsewhere(feed, chat),
            threshold=threshold_words(feed.threshold, chat.default_threshold_usd),
        )
        for feed in feeds
    ]
    last = _(_ONE_LINE).format(chain=chains[0].name)
    return "\n\n".join([_(_HEAD), *(["\n".join(lines)] if lines else []), last])


def name(feed: Watch, chains: Sequence[Chain]) -> str:
    """What a feed is called, as HTML."""
    return escape(watch_name(feed, chains))


def step(feed: str, question: str, *more: str) -> str:
    """A new feed as far as it is known, in plain text, and what is still missing."""
    head = f"🐋 <b>{escape(feed)}</b>\n" if feed else "🐋 "
    return "\n\n".join([head + _(question), *more])


def card(feed: Watch, chat: Chat, chains: Sequence[Chain], head: str, rehearsal: str) -> str:
    """One feed, with what just happened to it above it."""
    meaning = threshold_meaning(feed.threshold, chains)
    threshold = threshold_words(feed.threshold, chat.default_threshold_usd)
    said = _("Tells you of everything from <b>{threshold}</b>").format(threshold=threshold)
    lines = [
        f"🐋 <b>{name(feed, chains)}</b>{_elsewhere(feed, chat)}",
        f"{said}: {meaning}" if meaning else said,
    ]
    return "\n\n".join(part for part in (head, "\n".join(lines), rehearsal) if part)


def changed(before: Watch, after: Watch, chat: Chat) -> str:
    """The head of the card of a feed that was there before."""
    if before.threshold == after.threshold:
        return _(UNCHANGED)
    return _(CHANGED).format(
        threshold=threshold_words(before.threshold, chat.default_threshold_usd)
    )


def turned_off(feed: Watch, chat: Chat, chains: Sequence[Chain], topic: int) -> str:
    """After a feed was removed; in which topic it was, if that is not where it was said."""
    where = _elsewhere(feed, chat) if feed.topic_id != topic else ""
    return _("The whale feed {feed} is off.").format(feed=f"<b>{name(feed, chains)}</b>{where}")


def all_turned_off(feeds: Sequence[Watch], chat: Chat, chains: Sequence[Chain], topic: int) -> str:
    """After every feed was removed."""
    if len(feeds) == 1:
        return turned_off(feeds[0], chat, chains, topic)
    said = ngettext(
        "{count} whale feed here is off.", "All {count} whale feeds here are off.", len(feeds)
    )
    return said.format(count=len(feeds))


def which_off(feeds: Sequence[Watch], chat: Chat, chains: Sequence[Chain]) -> str:
    """There are several that may be meant."""
    names = "\n".join(name(feed, chains) + _elsewhere(feed, chat) for feed in feeds)
    return f"{_('Which of them shall I turn off?')}\n\n{names}"


def chain_missing(value: str, chains: Sequence[Chain]) -> InputError:
    """Something came without a chain."""
    return InputError(
        "On which chain? Write it first, {names} or all, like /whales all {value}.",
        names=", ".join(chain.name for chain in chains),
        value=shown(value),
    )


def was_off(chain: str | None) -> InputError:
    """There was no such feed to turn off."""
    if chain is None:
        return InputError(
            "There is no whale feed of all chains together here: /whales shows which there are."
        )
    return InputError(
        "There is no such whale feed of {chain} here: /whales shows which there are.", chain=chain
    )


def coin_of(chain: str | None, chains: Sequence[Chain]) -> str:
    """A chain's coin, for examples."""
    return next((known.native_symbol for known in chains if chain in {None, known.name}), "ETH")


def _elsewhere(feed: Watch, chat: Chat) -> str:
    """A link to the topic that a feed tells, where the group has some."""
    if not feed.topic_id:
        return ""
    inside = str(chat.id).removeprefix("-100")
    topic = _("topic {number}").format(number=feed.topic_id)
    return f' (<a href="https://t.me/c/{inside}/{feed.topic_id}">{topic}</a>)'
