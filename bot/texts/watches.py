"""A watch, the watchlist, and what became of them."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from bot.numbers import full_usd
from bot.texts.buttons import cut
from bot.texts.words import (
    address_link,
    chain_words,
    is_muted,
    listed,
    names_of,
    short_address,
    threshold_meaning,
    threshold_words,
    until_words,
    watch_name,
)
from data.addresses import checksummed
from data.model import Unpriced

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from data.labels import Labels
    from data.model import Chain, Chat, Watch

HOW_TO_WATCH = (
    "👁 <b>Watch a wallet</b>\n\n"
    "Paste its address here, or write it with how much is enough and a name:\n"
    "<code>/watch 0xd8dA6BF26964aF9D7eEd9e03E53415D37aA96045 $250k Vitalik</code>"
)
EMPTY_LIST = (
    "You watch nothing yet: paste an address, or send /whales for everything big on a chain."
)
GONE = "That watch is gone already: /list shows what is there."
NOW_WATCHING = "Now watching"
CHANGED = "You watch it already; changed as you said:"
NOTHING_CHANGED = "You watch it already:"


def card(watch: Watch, chat: Chat, chains: Sequence[Chain], labels: Labels, now: datetime) -> str:
    """Everything about one watch."""
    lines = [f"<b>{escape(watch_name(watch, chains))}</b> · number {watch.number}"]
    if watch.address is not None:
        links = [
            address_link(watch.address, [chain], chain.title)
            for chain in chains
            if watch.chain in {None, chain.name}
        ]
        lines.append(f"<code>{checksummed(watch.address)}</code>")
        lines += names_of(watch.address, chains, labels)
        lines.append(f"Watched on {listed(links)}")
    elif watch.chain is None:
        lines.append(f"Everything big on {chain_words(None, chains)}")
    else:
        lines.append(f"Everything big on {chain_words(watch.chain, chains)}")
    threshold = threshold_words(watch.threshold, chat.default_threshold_usd)
    meaning = threshold_meaning(watch.threshold, chains)
    lines.append(f"Alerts from <b>{threshold}</b>" + (f": {meaning}" if meaning else ""))
    if watch.unpriced is Unpriced.TELL:
        lines.append("Also tells of what has no price")
    if is_muted(watch.muted_until, now) and watch.muted_until:
        lines.append(f"🔕 Muted {until_words(watch.muted_until, now)}")
    return "\n".join(lines)


def headed(head: str, body: str) -> str:
    """A line above a card."""
    return f"{head}\n\n{body}"


def offer(address: bytes, chat: Chat, chains: Sequence[Chain], labels: Labels) -> str:
    """The answer to an address that somebody pasted."""
    lines = [f"<code>{checksummed(address)}</code>", *names_of(address, chains, labels)]
    default = threshold_words(None, chat.default_threshold_usd)
    lines.append(f"Shall I watch {address_link(address, chains)} and tell you from {default} on?")
    return "\n".join(lines)


def line(watch: Watch, chat: Chat, chains: Sequence[Chain], now: datetime) -> str:
    """One line of the watchlist."""
    name = escape(watch_name(watch, chains))
    if watch.address is not None:
        link = address_link(watch.address, chains)
        name = f"{name} {link}" if watch.label else link
    muted = " 🔕" if is_muted(watch.muted_until, now) else ""
    threshold = (
        "default"
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
    head = f"<b>Your watches</b> ({total})"
    lines = [line(watch, chat, chains, now) for watch in page]
    foot = f"Default threshold: {default}"
    if is_muted(chat.muted_until, now) and chat.muted_until:
        foot += f"\n🔕 The whole chat is muted {until_words(chat.muted_until, now)}"
    return "\n".join([head, "", *lines, "", foot])


def caption(watch: Watch, chains: Sequence[Chain]) -> str:
    """A watch's button in the list; plain text."""
    return f"{watch.number}. {cut(watch_name(watch, chains))}"


def removed(watch: Watch, chains: Sequence[Chain]) -> str:
    """After a watch was removed."""
    return f"No longer watching {_named(watch, chains)}."


def ask_removal(watch: Watch, chains: Sequence[Chain]) -> str:
    """Before a watch is removed by button."""
    return f"Stop watching {_named(watch, chains)}?"


def choose_threshold(watch: Watch, chat: Chat, chains: Sequence[Chain]) -> str:
    """Above the thresholds to choose from."""
    return (
        f"{_named(watch, chains)} alerts from"
        f" <b>{threshold_words(watch.threshold, chat.default_threshold_usd)}</b>. Choose another,"
        f" or write any, like <code>/threshold {watch.number} 50 ETH</code>."
    )


def threshold_set(watch: Watch, chat: Chat, chains: Sequence[Chain]) -> str:
    """After a threshold was changed."""
    said = (
        f"{_named(watch, chains)} alerts from"
        f" <b>{threshold_words(watch.threshold, chat.default_threshold_usd)}</b> on now"
    )
    meaning = threshold_meaning(watch.threshold, chains)
    return f"{said}: {meaning}." if meaning else f"{said}."


def default_threshold(chat: Chat) -> str:
    """What the chat's default is, and how to change it."""
    default = full_usd(chat.default_threshold_usd)
    return (
        f"Watches without a threshold of their own alert from <b>{default}</b>. Choose another,"
        " or write any, like <code>/threshold $250k</code>; <code>/threshold 2 50 ETH</code> is"
        " for watch 2 alone."
    )


def default_threshold_set(chat: Chat, concerned: int) -> str:
    """After the chat's default was changed."""
    default = full_usd(chat.default_threshold_usd)
    whom = {0: "no watch uses it at the moment", 1: "1 watch uses it"}.get(
        concerned, f"{concerned} watches use it"
    )
    return f"The chat's default threshold is <b>{default}</b> now; {whom}."


def _named(watch: Watch, chains: Sequence[Chain]) -> str:
    name = escape(watch_name(watch, chains))
    if watch.address is None:
        return f"the <b>{name}</b>" if not watch.label else f"<b>{name}</b>"
    if name == short_address(watch.address):
        return address_link(watch.address, chains)
    return f"<b>{name}</b> ({address_link(watch.address, chains)})"


def unpriced_set(watch: Watch, chains: Sequence[Chain]) -> str:
    """After it was changed what a watch does about movements without a price."""
    if watch.unpriced is Unpriced.TELL:
        return (
            f"{_named(watch, chains)} also tells of movements that have no price now, whatever"
            " their size: new tokens, mostly, and much of it is spam."
        )
    return f"{_named(watch, chains)} tells only of what has a price now."
