"""Native value, counted once however often it is told.

What a transaction carries stands in the transaction. What moves inside it shows in logs where the
chain has EIP-7708, whose first log repeats the transaction's own value; elsewhere in traces, where
a node gave some. Where there are both, the logs count: the header bears them out. A contract that
shows the native coin as a token tells of a part of it only, so there traces count where there are
any.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from data.model import Source, Transfer
from data.model.block import ZERO_ADDRESS
from watcher.evm.transfers.parties import ADDRESSES
from watcher.evm.wire import BadField, quantity

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from watcher.evm.wire import RpcReceipt, RpcTransaction


class Inside(NamedTuple):
    """Native value that a contract moved inside a transaction, in hex, as nodes trace it: 20 bytes
    each, and an amount that is not nothing."""

    sender: str
    recipient: str
    value: str


def minted(body: RpcTransaction, signer: bytes) -> Transfer | None:
    """What an OP chain's deposit brings along from the parent chain; it stays with the sender even
    where the deposit fails. Raises BadField.
    """
    amount = quantity(body.mint) if body.mint else 0
    return Transfer(Source.NATIVE, 1, None, ZERO_ADDRESS, signer, amount) if amount else None


def carried(body: RpcTransaction, receipt: RpcReceipt, signer: bytes) -> Transfer | None:
    """The value of a transaction, to whom it calls or to what it creates. Raises BadField."""
    value = 0 if body.value == "0x0" else quantity(body.value)
    into = body.target or receipt.contract_address
    if not value or not into:
        return None
    return Transfer(Source.NATIVE, 0, None, signer, ADDRESSES[into], value)


def without_repeat(logged: Sequence[Transfer], value: Transfer | None) -> Sequence[Transfer]:
    """Native value that logs tell of, but for the log that repeats the transaction's own, which
    is the first."""
    if value is None or not logged or logged[0][3:6] != value[3:6]:
        return logged
    return logged[1:]


def told_again(by: Iterable[Transfer], value: Transfer, contract: bytes) -> bool:
    """Whether a transaction's own value went to the contract that shows native coin as a token, and
    one of its logs says to whom it handed that on."""
    return value.recipient == contract and any(
        one.sender == value.sender and one.amount == value.amount for one in by
    )


def traced(inside: Sequence[Inside]) -> Iterator[Transfer]:
    """What traces tell of, in their order; what is malformed is passed over."""
    for position, (sender, recipient, value) in enumerate(inside):
        try:
            yield Transfer(
                Source.TRACE, position, None, ADDRESSES[sender], ADDRESSES[recipient],
                quantity(value),
            )  # fmt: skip
        except BadField:
            continue
