"""What the chat calls addresses."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from bot.texts.words import (
    address_link,
    chain_words,
    known_label,
    label_words,
    listed,
    names_of,
    short_address,
)
from data.addresses import checksummed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from data.labels import Labels
    from data.model import Chain, ChatName

HOW_TO_NAME = (
    "🏷 <b>Name an address</b>\n\n"
    "Write it with the name that alerts here shall show for it:\n"
    "<code>/name 0xd8dA6BF26964aF9D7eEd9e03E53415D37aA96045 Vitalik</code>\n"
    "A chain before the address makes it hold there only; a - for the name forgets it. /names lists"
    " those you gave."
)
NO_NAMES = (
    "You have named no address yet: /name <code>&lt;address&gt; &lt;name&gt;</code> names one."
)
NO_SUCH_NAME = "You have given that address no name: /names lists those you gave."
NOTHING_VISIBLE = "Nothing of that name can be seen: write it with letters or digits."
ADDRESS_FIRST = "The address comes first, and the name behind it: /name 0x… Cold wallet"
FORGOTTEN = "Forgotten"


def too_many(most: int) -> str:
    """There is no room for another; plain text."""
    return f"You have given {most} names, and more cannot be kept: forget one first, in /names."


def given(name: ChatName, chains: Sequence[Chain], labels: Labels) -> str:
    """After a name was given or changed."""
    said = (
        f"🏷 Alerts call {address_link(name.address, _where(name, chains))}"
        f" <b>{escape(name.name)}</b>{_on(name, chains)} now."
    )
    known = known_label(name.address, chains, labels)
    return f"{said}\nOthers know it as {label_words(known)}." if known else said


def forgotten(address: bytes, names: Sequence[str], chains: Sequence[Chain], labels: Labels) -> str:
    """After all names that the chat gave an address were forgotten, or those of one chain."""
    known = known_label(address, chains, labels)
    called = escape(known.name) if known else short_address(address)
    bold = listed([f"<b>{escape(name)}</b>" for name in dict.fromkeys(names)])
    return f"Alerts no longer call {address_link(address, chains, called)} {bold}."


def one(address: bytes, chains: Sequence[Chain], labels: Labels) -> str:
    """What an address is called; how to name it, where the chat has not."""
    lines = [f"<code>{checksummed(address)}</code>", *names_of(address, chains, labels)]
    if not any(labels.own_name(chain.name, address) for chain in chains):
        lines.append(f"To name it, write <code>/name {checksummed(address)} Cold wallet</code>")
    return "\n".join(lines)


def page(names: Sequence[ChatName], total: int, chains: Sequence[Chain]) -> str:
    """One page of the names that the chat gave."""
    lines = [
        f"<b>{escape(name.name)}</b> {address_link(name.address, _where(name, chains))}"
        f"{_on(name, chains)}"
        for name in names
    ]
    return "\n".join([f"🏷 <b>Your names</b> ({total})", "", *lines])


def _where(name: ChatName, chains: Sequence[Chain]) -> Sequence[Chain]:
    """For the link: a chain that is followed no more has no explorer here."""
    return [chain for chain in chains if name.chain in {None, chain.name}] or chains


def _on(name: ChatName, chains: Sequence[Chain]) -> str:
    return f" on {chain_words(name.chain, chains)}" if name.chain is not None else ""
