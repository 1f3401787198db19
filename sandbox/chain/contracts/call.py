"""A read-only call to a contract, as of a block."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from eth_abi.abi import decode, encode
from eth_abi.exceptions import DecodingError
from eth_hash.auto import keccak

from sandbox.chain.ledger import AnyBlock

Contract: TypeAlias = "Callable[[Call], bytes]"

_ERROR = keccak(b"Error(string)")[:4]


class RevertedCallError(Exception):
    """The contract reverted; `data` is what it returned, `reason` its words if it gave any."""

    def __init__(self, reason: str = "") -> None:
        super().__init__(f"execution reverted: {reason}" if reason else "execution reverted")
        self.data = _ERROR + encode(("string",), (reason,)) if reason else b""


@dataclass(frozen=True, slots=True)
class Call:
    """Call data for one contract on the state of one block; `again` calls another contract on
    the same state.
    """

    data: bytes
    block: AnyBlock
    again: Callable[[bytes, bytes], bytes]

    @property
    def selector(self) -> bytes:
        return self.data[:4]

    def arguments(self, types: Sequence[str]) -> tuple[Any, ...]:
        """The decoded arguments; reverts, as Solidity does, where they do not fit."""
        try:
            return decode(types, self.data[4:])
        except DecodingError as error:
            raise RevertedCallError from error


def selector(signature: str) -> bytes:
    """The four bytes that name a function."""
    return keccak(signature.encode())[:4]
