"""Who is on either side of a movement, named and linked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.delivery.clean import label_markup
from bot.delivery.markup import link
from bot.languages import _
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
        name = self.name(address)
        text = checksummed(address)
        if self.chain is None:
            party = f"{name} ({text})" if name else text
        else:
            url = self.chain.explorer.address.format(address=text)
            party = link(name or f"{text[:6]}…{text[-4:]}", url)
        return _("contract {address}").format(address=party) if is_contract and not name else party

    def name(self, address: bytes) -> str:
        """What the chat calls an address, or others do, as HTML; empty where nobody does."""
        given = self.labels.own_name(self.chain_name, address)
        if name := label_markup(given or "") or label_markup(self.own.get(address) or ""):
            return name
        known = self.labels.of(self.chain_name, address)
        if known is None:
            return ""
        name = label_markup(known.name)
        return _("{name} (defunct)").format(name=name) if known.defunct else name

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
        return _("new → {address}").format(address=own)
    if movement.kind is MovementKind.BURN:
        return _("{address} → burned").format(address=own)
    several = _("several addresses")
    if movement.kind in _SENDS:
        return f"{own} → {other or several}"
    if movement.kind in _RECEIVES:
        return f"{other or several} → {own}"
    if other and movement.counterparty != movement.address:
        return _("{address} at {other}").format(address=own, other=other)
    return own
