"""What was pasted, and what can be done with it."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from bot.languages import _, ngettext, sentence
from bot.numbers import grouped
from bot.texts.words import (
    address_link,
    known_label,
    label_words,
    threshold_words,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from bot.parse.pasted import Pasted
    from data.labels import Labels
    from data.model import Chain, Chat


def several(
    addresses: Sequence[bytes],
    watched: Collection[bytes],
    chat: Chat,
    chains: Sequence[Chain],
    labels: Labels,
) -> str:
    """The answer to several addresses at once; those that are watched are ticked."""
    lines = []
    for address in addresses:
        tick = "✓" if address in watched else "·"
        parts = [f"{tick} {address_link(address, chains)}"]
        if name := _name(address, chains, labels):
            parts.append(name)
        lines.append(" ".join(parts))
    if all(one in watched for one in addresses):
        lines += ["", _("All of them are watched: /list shows them.")]
    else:
        default = threshold_words(None, chat.default_threshold_usd)
        lines += ["", _("Shall I watch them and tell you from {threshold} on?")]
        lines[-1] = lines[-1].format(threshold=default)
    return "\n".join(lines)


def left_out(pasted: Pasted) -> str:
    """What of a paste is not offered, if anything."""
    lines = []
    if pasted.more:
        more = ngettext(
            "One message offers ten; {count} more is left out: paste it again.",
            "One message offers ten; {count} more are left out: paste them again.",
            pasted.more,
        )
        lines.append(more.format(count=grouped(pasted.more)))
    if pasted.mistake is not None:
        lines.append(f"⚠️ {escape(sentence(pasted.mistake), quote=False)}")
    return "".join(f"\n{line}" for line in lines)


def transaction(tx_hash: bytes, chain: Chain | None) -> str:
    """The answer to a transaction; which chain has it is looked for once it is followed."""
    text = f"0x{tx_hash.hex()}"
    if chain is None:
        said = _("A transaction: {transaction}").format(transaction=f"<code>{text}</code>")
    else:
        link = (
            f'<a href="{escape(chain.explorer.tx.format(hash=text))}">{text[:10]}…{text[-6:]}</a>'
        )
        said = _("A transaction on {chain}: {transaction}")
        said = said.format(transaction=link, chain=escape(chain.title))
    question = _("Shall I follow it until it is final, and tell you how it stands in one message?")
    return f"{said}\n{question}"


def _name(address: bytes, chains: Sequence[Chain], labels: Labels) -> str | None:
    own = next((name for one in chains if (name := labels.own_name(one.name, address))), None)
    if own:
        return escape(own)
    known = known_label(address, chains, labels)
    return label_words(known) if known else None
