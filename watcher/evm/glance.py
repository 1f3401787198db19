"""A glance at a block, while it is still in hex: who may have been party to what, and how much of
which token may have moved. Pure.

Hardly any transaction of a block concerns anybody, so none is decoded before it is known that it
may. What ``transfers`` finds in a transaction must be seen here, as much of it and with both its
parties, for what is overseen here nobody is told about. To see more, in malformed logs say, costs
no more than a closer look.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from types import MappingProxyType
from typing import TYPE_CHECKING

from watcher.evm.checks.slices import others_turn
from watcher.evm.texts import ADDRESSES, PARTIES
from watcher.evm.transfers import (
    DEPOSIT,
    NATIVE_LOG_EMITTER,
    TRANSFER,
    TRANSFER_BATCH,
    TRANSFER_SINGLE,
    WITHDRAWAL,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from watcher.evm.transfers import Customs, Inside
    from watcher.evm.wire import RpcReceipt, RpcTransaction

_RUN = 1000
"""Transactions that are glanced at without a pause: about 2 ms."""
_SUCCEEDED = ("0x1", None)
"""Before Byzantium receipts did not tell."""
_WRAPPING = (DEPOSIT, WITHDRAWAL)
_SEMI_FUNGIBLE = (TRANSFER_SINGLE, TRANSFER_BATCH)
_NOBODY = "0x" + 40 * "0"
_WORD = 66
"""Characters of a number with 256 bits; no amount has more."""

_Amounts = list[tuple[int, str]]
"""By its place in the block, a transaction in which an amount moved, and that amount in hex."""


async def glance_at(
    transactions: Sequence[RpcTransaction],
    receipts: Sequence[RpcReceipt],
    customs: Customs,
    *,
    inside: Mapping[int, Sequence[Inside]] = MappingProxyType({}),
) -> EvmGlance:
    """A glance at all of a block, pairs in the same order, and at what traces tell of the inside
    of a transaction, by its place. Others get their turn in a large one."""
    seen = _Seen()
    for start in range(0, len(transactions), _RUN):
        end = start + _RUN
        seen.look_at_value(start, transactions[start:end], receipts[start:end])
        seen.look_at_logs(start, receipts[start:end])
        if end < len(transactions):
            await others_turn()
    seen.look_inside(inside)
    return EvmGlance(seen, customs)


class _Seen:
    """What was seen, as it stands in the block."""

    def __init__(self) -> None:
        self.topics: list[str] = []
        self.ends: list[int] = []
        self.value: _Amounts = []
        self.payers: list[str] = []
        self.moved: defaultdict[str, _Amounts] = defaultdict(list)
        self.wrapped: defaultdict[str, _Amounts] = defaultdict(list)

    def look_at_value(
        self, start: int, transactions: Sequence[RpcTransaction], receipts: Sequence[RpcReceipt]
    ) -> None:
        """Note who sends native coin to whom in a run of transactions, of which the first has the
        place ``start``."""
        for index, (body, receipt) in enumerate(zip(transactions, receipts, strict=True), start):
            if body.value != "0x0" and receipt.status in _SUCCEEDED:
                recipient = body.target or receipt.contract_address
                if recipient:
                    self.value.append((index, body.value))
                    self.payers += body.signer or _NOBODY, recipient
            if body.mint:
                self.value.append((index, body.mint))
                self.payers += _NOBODY, body.signer or _NOBODY

    def look_inside(self, inside: Mapping[int, Sequence[Inside]]) -> None:
        """Note what native coin traces tell of."""
        for index, moves in inside.items():
            for sender, recipient, value in moves:
                self.value.append((index, value))
                self.payers += sender, recipient

    def look_at_logs(self, start: int, receipts: Sequence[RpcReceipt]) -> None:
        """Note what moves by the logs of a run of transactions.

        Texts are compared and noted, no more: this is gone through for every log there is.
        """
        topics, moved, wrapped = self.topics, self.moved, self.wrapped
        note, end = topics.append, self.ends.append
        for index, receipt in enumerate(receipts, start):
            for log in receipt.logs if receipt.status in _SUCCEEDED else ():
                count = len(log.topics)
                if count == 3:
                    topic, sender, recipient = log.topics
                    if topic == TRANSFER:
                        note(sender)
                        note(recipient)
                        moved[log.address].append((index, log.data))
                elif count == 2:
                    topic, party = log.topics
                    if topic in _WRAPPING:
                        note(party)
                        wrapped[log.address].append((index, log.data))
                elif count == 4:
                    topics += _between(*log.topics)
            end(len(topics))


def _between(topic: str, first: str, second: str, third: str) -> tuple[str, ...]:
    """Between whom tokens moved that have numbers instead of amounts."""
    if topic == TRANSFER:
        return first, second
    return (second, third) if topic in _SEMI_FUNGIBLE else ()


class EvmGlance:
    """What was seen of a block, as its family's ``Glance``."""

    __slots__ = (
        "_amounts", "_ends", "_logged", "_parties", "_payers", "_value", "_wrapped", "_wrapping",
    )  # fmt: skip

    def __init__(self, seen: _Seen, customs: Customs) -> None:
        self._ends, self._value = seen.ends, seen.value
        self._parties = PARTIES.bytes_of(seen.topics)
        self._payers = ADDRESSES.bytes_of(seen.payers)
        self._amounts: defaultdict[bytes, _Amounts] = defaultdict(list)
        tokens = ADDRESSES.bytes_of(list(seen.moved))
        for token, amounts in zip(tokens, seen.moved.values(), strict=True):
            self._amounts[token] += amounts
        told = self._amounts.pop(NATIVE_LOG_EMITTER, None)
        self._logged = told if told and customs.native_logs else []
        if customs.native_contract is not None:
            self._logged = self._logged + self._amounts.pop(customs.native_contract, [])
        self._wrapped = wrapped_native = customs.wrapped_native
        self._wrapping: _Amounts = []
        emitters = ADDRESSES.bytes_of(list(seen.wrapped))
        for emitter, amounts in zip(emitters, seen.wrapped.values(), strict=True):
            if emitter == wrapped_native:
                self._wrapping += amounts
        if self._wrapping:
            self._amounts[wrapped_native] += self._wrapping

    @property
    def tokens(self) -> Collection[bytes]:
        """The contracts of all tokens of which amounts may have moved."""
        return self._amounts.keys()

    def parties(self) -> set[bytes]:
        """All addresses between which something may have moved."""
        found = {*self._parties, *self._payers}
        if self._wrapping:
            found.add(self._wrapped)
        return found

    def touching(self, addresses: Collection[bytes]) -> set[int]:
        """The places of transactions in which one of the addresses may have been party."""
        found = {
            bisect_right(self._ends, position)
            for position, party in enumerate(self._parties)
            if party in addresses
        }
        for position, party in enumerate(self._payers):
            if party in addresses:
                index, _ = self._value[position // 2]
                found.add(index)
        if self._wrapping and self._wrapped in addresses:
            found.update(index for index, _ in self._wrapping)
        return found

    def weights(self, rates: Mapping[bytes | None, int]) -> list[int]:
        """For each transaction what moved in it, weighed by what a token's base unit weighs."""
        weights = [0] * len(self._ends)
        for token, amounts in self._amounts.items():
            rate = rates.get(token)
            if rate:
                _weigh(weights, amounts, rate)
        rate = rates.get(None)
        if rate:
            _weigh(weights, self._value, rate)
            _weigh(weights, self._logged, rate)
        return weights


def _weigh(weights: list[int], amounts: _Amounts, rate: int) -> None:
    for index, text in amounts:
        try:
            amount = int(text, 16) if len(text) <= _WORD else 0
        except ValueError:
            continue
        # int() knows more ways to write a number than nodes do, a minus among them
        if amount > 0:
            weights[index] += rate * amount
