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

_SENDS = {MovementKind.SEND, MovementKind.DEPOSIT}
_RECEIVES = {MovementKind.RECEIVE, MovementKind.WITHDRAW}


@dataclass(frozen=True, slots=True)
class Names:
    """What one chat calls addresses on one chain: its names, its watches' labels, the known ones.

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

    def party(self, address: bytes, *, is_contract: bool | None = None) -> str:
        """An address as HTML: its name or ``0x28C6…1d60``, linked to the explorer.

        One that has no name and is known to be a contract is called so.
        """
        name = self._name(address)
        text = checksummed(address)
        what = "contract " if is_contract and not name else ""
        if self.chain is None:
            return f"{name} ({text})" if name else f"{what}{text}"
        url = self.chain.explorer.address.format(address=text)
        return what + link(name or f"{text[:6]}…{text[-4:]}", url)

    def _name(self, address: bytes) -> str:
        given = self.labels.own_name(self.chain_name, address)
        if name := label_markup(given or "") or label_markup(self.own.get(address) or ""):
            return name
        known = self.labels.of(self.chain_name, address)
        if known is None:
            return ""
        return label_markup(known.name) + (" (defunct)" if known.defunct else "")

    def transaction(self, tx_hash: bytes, markup: str) -> str:
        """Markup linked to a transaction; followed by the hash where there is no explorer."""
        if self.chain is None:
            return f"{markup} 0x{tx_hash.hex()}"
        return link(markup, self.chain.explorer.tx.format(hash=f"0x{tx_hash.hex()}"))


def way(movement: Movement, names: Names) -> str:
    """``from → to`` as HTML; who did it, where the venue is named or both sides are the same."""
    own = names.party(movement.address, is_contract=movement.is_contract)
    if movement.venue:
        return own  # where it was is said before
    other = ""
    if movement.counterparty:
        is_contract = movement.counterparty_is_contract
        other = names.party(movement.counterparty, is_contract=is_contract)
    if movement.kind is MovementKind.MINT:
        return f"new → {own}"
    if movement.kind is MovementKind.BURN:
        return f"{own} → burned"
    if movement.kind in _SENDS:
        return f"{own} → {other or 'several addresses'}"
    if movement.kind in _RECEIVES:
        return f"{other or 'several addresses'} → {own}"
    return f"{own} at {other}" if other and movement.counterparty != movement.address else own
