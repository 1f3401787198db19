"""Who is on either side of a movement, named and linked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.delivery.clean import label_markup
from bot.delivery.markup import link
from data.addresses import checksummed
from data.model import MovementKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from data.labels import Labels
    from data.model import Chain, Movement, Watch

_SENDS = {MovementKind.SEND, MovementKind.BURN}
_RECEIVES = {MovementKind.RECEIVE, MovementKind.MINT}


@dataclass(frozen=True, slots=True)
class Names:
    """What one chat calls addresses on one chain: its own labels first, then the known ones.

    ``chain`` is None when the chain is configured no more: addresses are whole then, because
    there is no explorer to link them to.
    """

    chain_name: str
    chain: Chain | None
    own: Mapping[bytes, str]
    labels: Labels

    @classmethod
    def of(
        cls, chain_name: str, chain: Chain | None, watches: Iterable[Watch], labels: Labels
    ) -> Names:
        """Names with the labels that the watches gave."""
        own = {
            watch.address: watch.label
            for watch in watches
            if watch.address is not None and watch.label is not None
        }
        return cls(chain_name, chain, own, labels)

    def party(self, address: bytes) -> str:
        """An address as HTML: its name or ``0x28C6…1d60``, linked to the explorer."""
        known = self.labels.of(self.chain_name, address)
        name = label_markup(self.own.get(address) or "")
        name = name or (label_markup(known.name) if known is not None else "")
        text = checksummed(address)
        if self.chain is None:
            return f"{name} ({text})" if name else text
        url = self.chain.explorer.address.format(address=text)
        return link(name or f"{text[:6]}…{text[-4:]}", url)

    def transaction(self, tx_hash: bytes, markup: str) -> str:
        """Markup linked to a transaction; followed by the hash where there is no explorer."""
        if self.chain is None:
            return f"{markup} 0x{tx_hash.hex()}"
        return link(markup, self.chain.explorer.tx.format(hash=f"0x{tx_hash.hex()}"))


def way(movement: Movement, names: Names) -> str:
    """``from → to`` as HTML; who did it, where the venue is named or both sides are the same."""
    own = names.party(movement.address)
    if movement.venue:
        return own  # where it was is said before
    other = movement.counterparty
    if movement.kind is MovementKind.MINT:
        return f"new → {own}"
    if movement.kind is MovementKind.BURN:
        return f"{own} → burned"
    if movement.kind in _SENDS:
        return f"{own} → {names.party(other) if other else 'several addresses'}"
    if movement.kind in _RECEIVES:
        return f"{names.party(other) if other else 'several addresses'} → {own}"
    return f"{own} at {names.party(other)}" if other and other != movement.address else own
