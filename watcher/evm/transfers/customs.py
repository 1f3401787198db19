"""What a chain does otherwise than others, as far as it shows in what moved."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from data.model import Chain


@dataclass(frozen=True, slots=True)
class Customs:
    """At the height of one block. ``native_logs``: native value shows in logs, as EIP-7708 has it;
    without it such logs are taken for somebody's invention and passed over.

    ``native_contract`` shows the native coin as if it were a token, as on Polygon.
    ``system_types`` are transactions that nobody signs, in hex as nodes write types;
    ``minting_types`` those whose value is made for them, ``user_types`` those that people begin on
    the parent chain; ``system_contracts`` are called by the
    block's producer for the chain.
    """

    wrapped_native: bytes
    native_logs: bool = False
    system_types: frozenset[str] = frozenset()
    minting_types: frozenset[str] = frozenset()
    system_contracts: frozenset[bytes] = frozenset()
    native_contract: bytes | None = None
    user_types: frozenset[str] = frozenset()


def customs_of(chain: Chain, number: int) -> Customs:
    """Those of a chain at a height."""
    first, system = chain.native_logs_from, chain.system
    return Customs(
        chain.wrapped_native,
        first is not None and number >= first,
        frozenset(map(hex, system.types)),
        frozenset(map(hex, system.minting_types)),
        system.contracts,
        chain.native_contract,
        frozenset(map(hex, system.user_types)),
    )
