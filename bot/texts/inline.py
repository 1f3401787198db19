"""What is answered to ``@bot …`` in any chat: what the person sees in the list, what is sent."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from bot.delivery.amounts import value
from bot.delivery.headline import headline
from bot.delivery.markup import link, plain_text
from bot.delivery.title import sign
from bot.languages import N_, _
from bot.numbers import full_usd
from bot.texts.words import address_link, known_label, label_words, short_address, time_words
from data.addresses import checksummed

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from decimal import Decimal

    from data.labels import Labels
    from data.model import Chain, Movement

HINT = N_("Paste an address, or write a name like Binance")
NOBODY = N_("Nobody of that name: paste the address 0x…")
UNFINISHED = N_("An address has 0x and 40 digits or letters a–f")


def title(address: bytes, chains: Sequence[Chain], labels: Labels) -> str:
    """In the list, which only the person sees: by their own name for it; plain text."""
    own = next((name for one in chains if (name := labels.own_name(one.name, address))), None)
    known = known_label(address, chains, labels)
    return own or (known.name if known else short_address(address))


def description(moved: Sequence[Movement], chains: Mapping[str, Chain], now: datetime) -> str:
    """Under the title: what it did last; plain text."""
    if not moved:
        return _("Nothing stored of it lately")
    return plain_text(_line(moved[0], chains, now, linked=False))


def article(
    address: bytes,
    moved: Sequence[Movement],
    chains: Mapping[str, Chain],
    labels: Labels,
    now: datetime,
    kept_from: Decimal,
) -> str:
    """What is sent into the chat: everybody's label, and the last movements. Own names are not in
    it: whoever reads along is none of theirs."""
    followed = list(chains.values())
    known = known_label(address, followed, labels)
    head = label_words(known) if known else _("No known label")
    lines = [f"<b>{head}</b>", address_link(address, followed, checksummed(address)), ""]
    lines += [_line(one, chains, now, linked=True) for one in moved]
    if not moved:
        nothing = _("No movement from {usd} on was seen lately on {chains}.")
        titles = ", ".join(one.title for one in followed)
        lines.append(nothing.format(usd=full_usd(kept_from), chains=escape(titles)))
    return "\n".join(lines)


def _line(one: Movement, chains: Mapping[str, Chain], now: datetime, *, linked: bool) -> str:
    chain = chains.get(one.block.chain)
    when = time_words(one.block.time, now)
    if linked and chain is not None:
        when = link(when, chain.explorer.tx.format(hash=f"0x{one.tx_hash.hex()}"))
    return f"{sign(one)} {headline(one, chain, for_feed=False)} · {value(one)} · {when}"
