"""A watch, the watchlist, and what became of them."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from bot.languages import N_, _, ngettext
from bot.numbers import full_usd, grouped
from bot.texts import scope
from bot.texts.buttons import cut
from bot.texts.words import (
    address_link,
    chain_words,
    is_muted,
    listed,
    muted_words,
    names_of,
    short_address,
    threshold_meaning,
    threshold_words,
    time_words,
    watch_name,
)
from data.addresses import checksummed
from data.model import FOREVER, Unpriced

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from data.labels import Labels
    from data.model import Chain, Chat, Watch

HOW_TO_WATCH = N_(
    "👁 <b>Watch a wallet</b>\n\n"
    "Paste its address here, or write it with how much is enough and a name:\n"
    "<code>/watch 0xd8dA6BF26964aF9D7eEd9e03E53415D37aA96045 $250k Vitalik</code>"
)
EMPTY_LIST = N_(
    "You watch nothing yet: paste an address, or send /whales for everything big on a chain."
)
GONE = N_("That watch is gone already: /list shows what is there.")
NOW_WATCHING = N_("Now watching")
CHANGED = N_("You watch it already; changed as you said:")
NOTHING_CHANGED = N_("You watch it already:")
SET = N_("Changed")
BACK_AGAIN = N_("Back again")
WATCHED_THERE = N_("That address is watched in that topic already, as number {number}.")


def card(watch: Watch, chat: Chat, chains: Sequence[Chain], labels: Labels, now: datetime) -> str:
    """Everything about one watch."""
    head = _("<b>{watch}</b> · number {number}")
    lines = [head.format(watch=escape(watch_name(watch, chains)), number=watch.number)]
    if watch.address is not None:
        links = [
            address_link(watch.address, [chain], chain.title)
            for chain in chains
            if watch.chain in {None, chain.name} and chain.name not in watch.scope.not_on
        ]
        lines.append(f"<code>{checksummed(watch.address)}</code>")
        lines += names_of(watch.address, chains, labels)
        lines.append(_("Watched on {chains}").format(chains=listed(links)))
    else:
        where = chain_words(watch.chain, chains)
        lines.append(_("Everything big on {chain}").format(chain=where))
    threshold = threshold_words(watch.threshold, chat.default_threshold_usd)
    meaning = threshold_meaning(watch.threshold, chains)
    from_ = _("Alerts from <b>{threshold}</b>").format(threshold=threshold)
    lines.append(f"{from_}: {meaning}" if meaning else from_)
    lines.extend(scope.lines(watch, chains))
    if watch.unpriced is Unpriced.TELL:
        lines.append(_("Also tells of what has no price"))
    if is_muted(watch.muted_until, now) and watch.muted_until:
        lines.append(f"🔕 {muted_words(watch.muted_until, now)}")
    return "\n".join(lines)


def headed(head: str, body: str) -> str:
    """A line above a card."""
    return f"{head}\n\n{body}"


def offer(address: bytes, chat: Chat, chains: Sequence[Chain], labels: Labels) -> str:
    """The answer to an address that somebody pasted."""
    lines = [f"<code>{checksummed(address)}</code>", *names_of(address, chains, labels)]
    default = threshold_words(None, chat.default_threshold_usd)
    offer = _("Shall I watch {address} and tell you from {threshold} on?")
    lines.append(offer.format(address=address_link(address, chains), threshold=default))
    return "\n".join(lines)


def line(watch: Watch, chat: Chat, chains: Sequence[Chain], now: datetime) -> str:
    """One line of the watchlist."""
    name = escape(watch_name(watch, chains))
    if watch.address is not None:
        link = address_link(watch.address, chains)
        name = f"{name} {link}" if watch.label else link
    muted = " 🔕" if is_muted(watch.muted_until, now) else ""
    threshold = (
        _("default")
        if watch.threshold is None
        else threshold_words(watch.threshold, chat.default_threshold_usd)
    )
    return f"<b>{watch.number}.</b> {name} · {threshold}{muted}"


def watchlist(
    page: Sequence[Watch],
    total: int,
    chat: Chat,
    chains: Sequence[Chain],
    now: datetime,
) -> str:
    """One page of the watchlist."""
    default = full_usd(chat.default_threshold_usd)
    head = _("<b>Your watches</b> ({total})").format(total=grouped(total))
    lines = [line(watch, chat, chains, now) for watch in page]
    foot = [_("Default threshold: {threshold}").format(threshold=default)]
    if is_muted(chat.muted_until, now) and chat.muted_until:
        muted = _("🔕 The whole chat is muted until {time}")
        if chat.muted_until >= FOREVER:
            muted = _("🔕 The whole chat is muted")
        foot.append(muted.format(time=time_words(chat.muted_until, now)))
    return "\n".join([head, "", *lines, "", *foot])


def caption(watch: Watch, chains: Sequence[Chain]) -> str:
    """A watch's button in the list; plain text."""
    return f"{watch.number}. {cut(watch_name(watch, chains))}"


def removed(watch: Watch, chains: Sequence[Chain], *, undo: bool = False) -> str:
    """After a watch was removed; ``undo``: it can be brought back for a while."""
    said = _("No longer watching {watch}.").format(watch=sentence_name(watch, chains))
    if not undo:
        return said
    return said + "\n" + _("For ten minutes it can be brought back just as it was.")


def choose_threshold(watch: Watch, chat: Chat, chains: Sequence[Chain]) -> str:
    """Above the thresholds to choose from."""
    return _("{watch} alerts from <b>{threshold}</b>. Choose another:").format(
        watch=brief_name(watch, chains),
        threshold=threshold_words(watch.threshold, chat.default_threshold_usd),
    )


def choose_topic(watch: Watch, chains: Sequence[Chain]) -> str:
    """Above the topics to choose from."""
    said = _(
        "In which topic shall {watch} tell? For another one, open this screen there with /list."
    )
    return said.format(watch=brief_name(watch, chains))


def threshold_set(watch: Watch, chat: Chat, chains: Sequence[Chain]) -> str:
    """After a threshold was changed."""
    meaning = threshold_meaning(watch.threshold, chains)
    said = _("{watch} alerts from <b>{threshold}</b> on now.")
    if meaning:
        said = _("{watch} alerts from <b>{threshold}</b> on now: {meaning}.")
    return said.format(
        watch=sentence_name(watch, chains),
        threshold=threshold_words(watch.threshold, chat.default_threshold_usd),
        meaning=meaning,
    )


def default_threshold(chat: Chat) -> str:
    """What the chat's default is, and how to change it."""
    return _(
        "Watches without a threshold of their own alert from <b>{threshold}</b>. Choose another,"
        " or write any, like <code>/threshold $250k</code>; <code>/threshold 2 50 ETH</code> is"
        " for watch 2 alone."
    ).format(threshold=full_usd(chat.default_threshold_usd))


def default_threshold_set(chat: Chat, concerned: int) -> str:
    """After the chat's default was changed."""
    said = ngettext(
        "The chat's default threshold is <b>{threshold}</b> now; {count} watch uses it.",
        "The chat's default threshold is <b>{threshold}</b> now; {count} watches use it.",
        concerned,
    )
    if not concerned:
        said = _(
            "The chat's default threshold is <b>{threshold}</b> now; no watch uses it at the"
            " moment."
        )
    default = full_usd(chat.default_threshold_usd)
    return said.format(threshold=default, count=grouped(concerned))


def brief_name(watch: Watch, chains: Sequence[Chain]) -> str:
    """The same on a screen of its own: its label alone, where it has one."""
    if watch.label:
        return f"<b>{escape(watch.label)}</b>"
    return sentence_name(watch, chains)


def sentence_name(watch: Watch, chains: Sequence[Chain]) -> str:
    """What a watch is called in a sentence, as HTML."""
    name = escape(watch_name(watch, chains))
    if watch.address is None:
        return f"<b>{name}</b>" if watch.label else _("the <b>{feed}</b>").format(feed=name)
    if name == short_address(watch.address):
        return address_link(watch.address, chains)
    return f"<b>{name}</b> ({address_link(watch.address, chains)})"


def unpriced_set(watch: Watch, chains: Sequence[Chain]) -> str:
    """After it was changed what a watch does about movements without a price."""
    if watch.unpriced is Unpriced.TELL:
        said = _(
            "{watch} also tells of movements that have no price now, whatever their size: new"
            " tokens, mostly, and much of it is spam."
        )
    else:
        said = _("{watch} tells only of what has a price now.")
    return said.format(watch=sentence_name(watch, chains))
