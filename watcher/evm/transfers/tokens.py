"""Tokens of which every unit is like the other: ERC-20, and the wrapped native coin."""

from __future__ import annotations

from typing import TYPE_CHECKING

from data.model import Source, Transfer
from watcher.evm.transfers.parties import ADDRESSES, PARTIES
from watcher.evm.transfers.topics import DEPOSIT
from watcher.evm.wire import fixed

if TYPE_CHECKING:
    from watcher.evm.wire import RpcLog


def token_transfer(position: int, log: RpcLog) -> Transfer:
    """A Transfer log of three topics; raises BadField. The amount may be nothing."""
    _, sender, recipient = log.topics
    return Transfer(
        Source.LOG,
        position,
        ADDRESSES[log.address],
        PARTIES[sender],
        PARTIES[recipient],
        int.from_bytes(fixed(log.data, 32)),
    )


def wrapping(position: int, log: RpcLog, wrapped: bytes) -> Transfer | None:
    """A Deposit or Withdrawal log of two topics, None unless it is the wrapped coin's; raises
    BadField. What is wrapped comes from the contract itself, and goes back there.
    """
    token = ADDRESSES[log.address]
    if token != wrapped:
        return None
    topic, holder = log.topics
    party = PARTIES[holder]
    sender, recipient = (token, party) if topic == DEPOSIT else (party, token)
    amount = int.from_bytes(fixed(log.data, 32))
    return Transfer(Source.LOG, position, token, sender, recipient, amount)
