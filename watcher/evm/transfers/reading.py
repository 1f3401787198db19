"""A transaction read: what moved in it, and what it shows beside that."""

from __future__ import annotations

from typing import TYPE_CHECKING

from data.model import Event, Transaction, Transfer
from data.model.block import ZERO_ADDRESS
from watcher.evm.transfers.machines import machines_in
from watcher.evm.transfers.native import carried, minted, told_again, traced, without_repeat
from watcher.evm.transfers.nfts import multi_transfers, nft_transfer
from watcher.evm.transfers.parties import ADDRESSES
from watcher.evm.transfers.tokens import token_transfer, wrapping
from watcher.evm.transfers.topics import (
    MOVING,
    NATIVE_LOG_EMITTER,
    SWAPS,
    TELLING,
    TRANSFER,
    TRANSFER_BATCH,
    TRANSFER_SINGLE,
)
from watcher.evm.wire import BadField, fixed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from watcher.evm.transfers.customs import Customs
    from watcher.evm.transfers.native import Inside
    from watcher.evm.wire import RpcLog, RpcReceipt, RpcTransaction

_READ = MOVING | TELLING
_UNTRACED: Mapping[int, Sequence[Inside]] = {}


class Reading:
    """One block's transactions, each read when it is asked for.

    Bodies and receipts are pairs in the same order. ``producer`` is who made the block, in hex;
    ``inside`` what traces tell, by a transaction's place.
    """

    __slots__ = ("_bodies", "_customs", "_inside", "_machines", "_producer", "_receipts")

    def __init__(
        self,
        bodies: Sequence[RpcTransaction],
        receipts: Sequence[RpcReceipt],
        customs: Customs,
        *,
        producer: str | None = None,
        inside: Mapping[int, Sequence[Inside]] = _UNTRACED,
    ) -> None:
        self._bodies, self._receipts, self._customs = bodies, receipts, customs
        self._producer, self._inside = producer, inside
        self._machines: set[str] | None = None

    def at(self, index: int) -> Transaction | None:
        """The one at that place; None where it failed, so that nothing moved, or is malformed."""
        body, receipt = self._bodies[index], self._receipts[index]
        succeeded = receipt.status is None or receipt.status == "0x1"
        if not succeeded and not body.mint:
            return None
        try:
            return self._transaction(index, body, receipt, succeeded=succeeded)
        except BadField:
            return None

    def all(self) -> Iterator[Transaction]:
        """Those in which something may have moved, in order, read as they are asked for."""
        return (found for index in range(len(self._bodies)) if (found := self.at(index)))

    def _transaction(
        self, index: int, body: RpcTransaction, receipt: RpcReceipt, *, succeeded: bool
    ) -> Transaction:
        """Raises BadField."""
        customs = self._customs
        signer = ADDRESSES[body.signer] if body.signer else ZERO_ADDRESS
        target = ADDRESSES[body.target] if body.target else None
        transfers: list[Transfer] = []
        brought = minted(body, signer)
        if brought is not None:
            transfers.append(brought)
        events: dict[Event, None] = {}
        if succeeded:
            payer = ZERO_ADDRESS if body.type in customs.minting_types else signer
            value = carried(body, receipt, payer)
            if value is not None:
                transfers.append(value)
            logged = self._logged(receipt.logs, events)
            if customs.native_contract is not None:
                shown = [one for one in logged if one.token is None]
                inside = list(traced(self._inside.get(index, ())))
                if value is not None and not inside:
                    again = told_again(shown, value, customs.native_contract)
                    transfers = [one for one in transfers if one is not value or not again]
                transfers += inside or shown
                transfers += [one for one in logged if one.token is not None]
            elif customs.native_logs:
                inside = [one for one in logged if one.token is None]
                transfers += without_repeat(inside, value)
                transfers += [one for one in logged if one.token is not None]
            else:
                transfers += traced(self._inside.get(index, ()))
                transfers += logged
        machines = self._machines
        if machines is None:
            machines = self._machines = machines_in(self._bodies, self._receipts)
        return Transaction(
            fixed(body.hash, 32),
            index,
            signer,
            target,
            tuple(transfers),
            frozenset([one.emitter for one in events if "0x" + one.topic.hex() in SWAPS]),
            tuple(events),
            frozenset(
                [
                    one
                    for one in _everybody(signer, target, transfers)
                    if "0x" + one.hex() in machines
                ]
            ),
            self._is_system(body, target),
        )

    def _logged(self, logs: Iterable[RpcLog], events: dict[Event, None]) -> list[Transfer]:
        """What logs say that moved, in their order; events are noted."""
        found: list[Transfer] = []
        for position, log in enumerate(logs):
            topics = log.topics
            if not topics or topics[0] not in _READ:
                continue
            try:
                if topics[0] in TELLING:
                    event = Event(ADDRESSES[log.address], fixed(topics[0], 32))
                    events[event] = None
                if topics[0] in MOVING:
                    found += self._moved(position, log)
            except BadField:
                continue
        return found

    def _moved(self, position: int, log: RpcLog) -> Iterable[Transfer]:
        """Raises BadField."""
        topic, count = log.topics[0], len(log.topics)
        if ADDRESSES[log.address] == NATIVE_LOG_EMITTER:
            if count != 3 or topic != TRANSFER or not self._customs.native_logs:
                return ()
            return (token_transfer(position, log)._replace(token=None),)
        if ADDRESSES[log.address] == self._customs.native_contract:
            if count != 3 or topic != TRANSFER:
                return ()
            return (token_transfer(position, log)._replace(token=None),)
        if topic == TRANSFER:
            if count == 3:
                return (token_transfer(position, log),)
            return (nft_transfer(position, log),) if count == 4 else ()
        if topic in (TRANSFER_SINGLE, TRANSFER_BATCH):
            return multi_transfers(position, log) if count == 4 else ()
        wrapped = self._customs.wrapped_native
        found = wrapping(position, log, wrapped) if count == 2 else None
        return () if found is None else (found,)

    def _is_system(self, body: RpcTransaction, target: bytes | None) -> bool:
        if body.type in self._customs.system_types:
            return body.type not in self._customs.user_types
        return (
            target in self._customs.system_contracts
            and body.signer is not None
            and body.signer == self._producer
        )


def transactions_of(
    bodies: Sequence[RpcTransaction], receipts: Sequence[RpcReceipt], customs: Customs
) -> Iterator[Transaction]:
    """All of a block at once, without traces."""
    return Reading(bodies, receipts, customs).all()


def _everybody(signer: bytes, target: bytes | None, transfers: Iterable[Transfer]) -> set[bytes]:
    """All whom the transaction touched, as far as it is read."""
    found = {signer}
    if target is not None:
        found.add(target)
    for one in transfers:
        found.add(one.sender)
        found.add(one.recipient)
    return found
