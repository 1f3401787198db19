"""What the chat calls addresses."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from bot.languages import N_, _
from bot.numbers import grouped
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
from data.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from data.labels import Labels
    from data.model import Chain, ChatName

HOW_TO_NAME = N_(
    "🏷 <b>Name an address</b>\n\n"
    "Write it with the name that alerts here shall show for it:\n"
    "<code>/name 0xd8dA6BF26964aF9D7eEd9e03E53415D37aA96045 Vitalik</code>\n"
    "A chain before the address makes it hold there only; a - for the name forgets it. /names lists"
    " those you gave."
)
NO_NAMES = N_(
    "You have named no address yet: /name <code>&lt;address&gt; &lt;name&gt;</code> names one."
)
NO_SUCH_NAME = N_("You have given that address no name: /names lists those you gave.")
AN_ADDRESS = N_(
    "An address is hardly a name for another one. To watch several, paste them in one message,"
    " without a command."
)
NOTHING_VISIBLE = N_("Nothing of that name can be seen: write it with letters or digits.")
ADDRESS_FIRST = N_("The address comes first, and the name behind it: /name 0x… Cold wallet")
FORGOTTEN = N_("Forgotten")


def too_many(most: int) -> InputError:
    """There is no room for another."""
    return InputError(
        "You have given {most} names, and more cannot be kept: forget one first, in /names.",
        most=most,
    )


def given(name: ChatName, chains: Sequence[Chain], labels: Labels) -> str:
    """After a name was given or changed."""
    if name.chain is None:
        said = _("🏷 Alerts call {address} <b>{name}</b> now.")
    else:
        said = _("🏷 Alerts call {address} <b>{name}</b> on {chain} now.")
    lines = [
        said.format(
            address=address_link(name.address, _where(name, chains)),
            name=escape(name.name),
            chain=chain_words(name.chain, chains),
        )
    ]
    if known := known_label(name.address, chains, labels):
        lines.append(_("Others know it as {label}.").format(label=label_words(known)))
    return "\n".join(lines)


def forgotten(address: bytes, names: Sequence[str], chains: Sequence[Chain], labels: Labels) -> str:
    """After all names that the chat gave an address were forgotten, or those of one chain."""
    known = known_label(address, chains, labels)
    called = escape(known.name) if known else short_address(address)
    bold = listed([f"<b>{escape(name)}</b>" for name in dict.fromkeys(names)])
    return _("Alerts no longer call {address} {names}.").format(
        address=address_link(address, chains, called), names=bold
    )


def one(address: bytes, chains: Sequence[Chain], labels: Labels) -> str:
    """What an address is called; how to name it, where the chat has not."""
    lines = [f"<code>{checksummed(address)}</code>", *names_of(address, chains, labels)]
    if not any(labels.own_name(chain.name, address) for chain in chains):
        how = _("To name it, write <code>/name {address} Cold wallet</code>")
        lines.append(how.format(address=checksummed(address)))
    return "\n".join(lines)


def page(names: Sequence[ChatName], total: int, chains: Sequence[Chain]) -> str:
    """One page of the names that the chat gave."""
    lines = [_line(name, chains) for name in names]
    head = _("🏷 <b>Your names</b> ({total})").format(total=grouped(total))
    return "\n".join([head, "", *lines])


def _line(name: ChatName, chains: Sequence[Chain]) -> str:
    line = f"<b>{escape(name.name)}</b> {address_link(name.address, _where(name, chains))}"
    if name.chain is None:
        return line
    where = chain_words(name.chain, chains)
    return _("{name} on {chain}").format(name=line, chain=where)


def _where(name: ChatName, chains: Sequence[Chain]) -> Sequence[Chain]:
    """For the link: a chain that is followed no more has no explorer here."""
    return [chain for chain in chains if name.chain in {None, chain.name}] or chains
