"""What the nodes of a chain say of a transaction at one moment."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from data.model import BlockRef, Inclusion, Settled, Wish


@dataclass(frozen=True, slots=True)
class Wanted:
    """A transaction to look for. ``wish`` is what is known of it already; ``rival_wanted`` whether
    who took its nonce is to be found, where somebody did."""

    tx_hash: bytes
    wish: Wish | None = None
    rival_wanted: bool = False


@dataclass(frozen=True, slots=True)
class Rival:
    """The transaction that was mined in another's place, in the block of that number."""

    tx_hash: bytes
    number: int
    wish: Wish


@dataclass(frozen=True, slots=True)
class Sighting:
    """Without ``wish`` no node knows the transaction now; without ``inclusion`` it is in no block.

    ``next_nonce`` counts the sender's transactions that were mined, None where nobody said.
    """

    wish: Wish | None = None
    inclusion: Inclusion | None = None
    next_nonce: int | None = None
    rival: Rival | None = None


@dataclass(frozen=True, slots=True)
class Branch:
    """How far the chain is followed: the cursor, what is settled, and the hashes of some of the
    remembered blocks by number. ``lowest`` is the lowest that is remembered."""

    cursor: BlockRef | None
    settled: Settled
    lowest: int | None
    hashes: dict[int, bytes]

    def contradicts(self, inclusion: Inclusion) -> bool:
        """Whether we follow another block at that height."""
        known = self.hashes.get(inclusion.number)
        return known is not None and known != inclusion.hash

    def has(self, inclusion: Inclusion) -> bool:
        """Whether we follow that very block, as far as we remember: what is older than all that we
        remember, or final, is taken at the node's word."""
        number = inclusion.number
        if self.cursor is None or number > self.cursor.number:
            return False
        if number in self.hashes:
            return self.hashes[number] == inclusion.hash
        final = self.settled.finalized
        is_old = self.lowest is not None and number < self.lowest
        return is_old or (final is not None and number <= final)
