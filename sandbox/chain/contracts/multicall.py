"""Multicall3: many calls in one, and a few facts about the block."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from eth_abi.abi import encode

from sandbox.chain.contracts.call import Call, RevertedCallError, selector
from sandbox.chain.hexes import address, uint
from sandbox.chain.ledger import AnyBlock, Ledger

_RESULTS = "(bool,bytes)[]"
_CALLS = "(address,bytes)[]"


class Multicall:
    """The contract at its usual address; `balance` is asked for native balances."""

    def __init__(self, chain_id: int, ledger: Ledger, balance: Callable[[bytes], int]) -> None:
        self._ledger = ledger
        self._functions: dict[bytes, Callable[[Call], bytes]] = {
            selector("aggregate3((address,bool,bytes)[])"): _aggregate3,
            selector("tryAggregate(bool,(address,bytes)[])"): _try_aggregate,
            selector("aggregate((address,bytes)[])"): _aggregate,
            selector("tryBlockAndAggregate(bool,(address,bytes)[])"): _try_block_and_aggregate,
            selector("blockAndAggregate((address,bytes)[])"): _block_and_aggregate,
            selector("getBlockNumber()"): lambda call: uint(call.block.number),
            selector("getCurrentBlockTimestamp()"): lambda call: uint(call.block.timestamp),
            selector("getCurrentBlockGasLimit()"): lambda call: uint(call.block.gas_limit),
            selector("getBasefee()"): lambda call: uint(call.block.base_fee),
            selector("getLastBlockHash()"): lambda call: call.block.parent_hash,
            selector("getChainId()"): lambda _: uint(chain_id),
            selector("getBlockHash(uint256)"): self._block_hash,
            selector("getEthBalance(address)"): lambda call: uint(
                balance(address(call.arguments(("address",))[0]))
            ),
        }

    def __call__(self, call: Call) -> bytes:
        function = self._functions.get(call.selector)
        if function is None:
            raise RevertedCallError
        return function(call)

    def _block_hash(self, call: Call) -> bytes:
        """As the BLOCKHASH instruction: zero for what is older than 256 blocks, or not older at
        all.
        """
        (number,) = call.arguments(("uint256",))
        block = self._ledger.at(number)
        recent = block is not None and call.block.number - 256 <= number < call.block.number
        return block.hash if block is not None and recent else bytes(32)


def _run(call: Call, calls: Iterable[tuple[str, bool, bytes]]) -> list[tuple[bool, bytes]]:
    results = []
    for target, may_fail, data in calls:
        try:
            results.append((True, call.again(address(target), data)))
        except RevertedCallError as error:
            if not may_fail:
                raise RevertedCallError("Multicall3: call failed") from error
            results.append((False, error.data))
    return results


def _aggregate3(call: Call) -> bytes:
    (calls,) = call.arguments(("(address,bool,bytes)[]",))
    return encode((_RESULTS,), (_run(call, calls),))


def _try_aggregate(call: Call) -> bytes:
    strict, calls = call.arguments(("bool", _CALLS))
    results = _run(call, ((target, not strict, data) for target, data in calls))
    return encode((_RESULTS,), (results,))


def _aggregate(call: Call) -> bytes:
    (calls,) = call.arguments((_CALLS,))
    results = _run(call, ((target, False, data) for target, data in calls))
    answers = [data for _, data in results]
    return encode(("uint256", "bytes[]"), (call.block.number, answers))


def _try_block_and_aggregate(call: Call) -> bytes:
    strict, calls = call.arguments(("bool", _CALLS))
    results = _run(call, ((target, not strict, data) for target, data in calls))
    return _with_block(call.block, results)


def _block_and_aggregate(call: Call) -> bytes:
    (calls,) = call.arguments((_CALLS,))
    return _with_block(call.block, _run(call, ((target, False, data) for target, data in calls)))


def _with_block(block: AnyBlock, results: list[tuple[bool, bytes]]) -> bytes:
    return encode(("uint256", "bytes32", _RESULTS), (block.number, block.hash, results))
