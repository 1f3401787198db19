"""ERC-20 metadata as tokens really answer it: strings, bytes32, nonsense, or not at all."""

from __future__ import annotations

from collections.abc import Callable

from eth_abi.abi import encode
from eth_hash.auto import keccak

from sandbox.chain.contracts.call import Call, Contract, RevertedCallError, selector
from sandbox.chain.hexes import address, uint
from sandbox.chain.spec import TokenSpec

_SYMBOL = selector("symbol()")
_NAME = selector("name()")
_DECIMALS = selector("decimals()")
_TOTAL_SUPPLY = selector("totalSupply()")
_BALANCE_OF = selector("balanceOf(address)")


Holds = Callable[[bytes, int], int | None]
"""What somebody holds at a Unix time, if that is known."""


def token(spec: TokenSpec, holds: Holds = lambda _holder, _at: None) -> Contract:
    """The contract of one token; supply and balances are plausible, not kept, but for those of
    pools.
    """
    answers = {_TOTAL_SUPPLY: uint(10 ** (9 + min(spec.decimals, 60)))}
    if spec.style != "reverting":
        answers |= {
            _SYMBOL: _text(spec, spec.symbol),
            _NAME: _text(spec, spec.name),
            _DECIMALS: uint(spec.decimals),
        }

    def contract(call: Call) -> bytes:
        if call.selector == _BALANCE_OF:
            (holder,) = call.arguments(("address",))
            held = holds(address(holder), call.block.timestamp)
            if held is not None:
                return uint(held)
            share = int.from_bytes(keccak(f"{spec.address} {holder}".encode())[:4], "big")
            return uint(share * 10 ** min(spec.decimals, 60) // 10**4)
        answer = answers.get(call.selector)
        if answer is None:
            raise RevertedCallError
        return answer

    return contract


def _text(spec: TokenSpec, text: str) -> bytes:
    raw = text.encode()
    if spec.style == "bytes32":
        return raw[:32].ljust(32, b"\0")
    return encode(("bytes",), (raw,))
