"""The JSON-RPC methods, each a function of a node's view and the call's parameters."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

from sandbox.chain import hexes
from sandbox.chain.block import Block
from sandbox.chain.chain import first_nonce
from sandbox.chain.contracts import RevertedCallError
from sandbox.chain.contracts.registry import balance
from sandbox.chain.hexes import quantity
from sandbox.chain.ledger import AnyBlock
from sandbox.chain.log_filter import logs
from sandbox.chain.rendering import pending
from sandbox.chain.rpc_errors import ExecutionRevertedError, InvalidParamsError, ServerError
from sandbox.chain.sealing import next_base_fee
from sandbox.chain.tracing import geth_traces, parity_traces
from sandbox.chain.view import View, block_hash

Params: TypeAlias = list[Any]
Method: TypeAlias = Callable[[View, Params], Any]

CLIENT_VERSION = "Geth/v1.16.7-sandbox/linux-amd64/go1.25.4"


def _argument(params: Params, index: int) -> Any:
    if index >= len(params):
        raise InvalidParamsError(f"missing value for required argument {index}")
    return params[index]


def _state(view: View, params: Params, index: int) -> AnyBlock:
    """The block whose state is asked; the latest where none is named."""
    name = params[index] if len(params) > index else "latest"
    block = view.block(name)
    if block is None:
        raise ServerError("header not found")
    return block


def _address(params: Params, index: int) -> bytes:
    text = _argument(params, index)
    try:
        return hexes.address(text)
    except (ValueError, AttributeError) as error:
        message = f"invalid argument {index}: {str(text)[:80]!r} is not an address"
        raise InvalidParamsError(message) from error


def _block(view: View, block: AnyBlock | None, params: Params) -> Any:
    full = _argument(params, 1)
    if not isinstance(full, bool):
        raise InvalidParamsError("invalid argument 1: true or false is wanted")
    if block is None:
        return None
    rendering = view.rendering(block)
    return rendering.full if full else rendering.slim


def _block_by_number(view: View, params: Params) -> Any:
    return _block(view, view.at(view.number(_argument(params, 0))), params)


def _block_by_hash(view: View, params: Params) -> Any:
    return _block(view, view.known(block_hash(_argument(params, 0))), params)


def _block_receipts(view: View, params: Params) -> Any:
    block = view.block(_argument(params, 0))
    return None if block is None else view.rendering(block).all_receipts


def _transaction_count(view: View, params: Params) -> Any:
    block = view.block(_argument(params, 0))
    return None if block is None else quantity(len(block.transaction_hashes))


def _logs(view: View, params: Params) -> Any:
    wanted = _argument(params, 0)
    if not isinstance(wanted, dict):
        raise InvalidParamsError("invalid argument 0: a filter object is wanted")
    return logs(view, wanted)


def _receipt(view: View, params: Params) -> Any:
    place = view.place(block_hash(_argument(params, 0)))
    return None if place is None else view.rendering(place[0]).receipts[place[1]]


def _transaction(view: View, params: Params) -> Any:
    wanted = block_hash(_argument(params, 0))
    place = view.place(wanted)
    if place is not None:
        return view.rendering(place[0]).transactions[place[1]]
    waiting = view.chain.mempool.get(wanted)
    return None if waiting is None else pending(waiting)


def _nonce(view: View, params: Params) -> Any:
    """How many transactions of an address were mined up to a block, as far as blocks are kept."""
    sender, block = _address(params, 0), _state(view, params, 1)
    count = first_nonce(sender)
    for one in view.ledger.numbers(view.ledger.lowest, block.number):
        if isinstance(one, Block):
            for mined in one.transactions:
                if mined.draft.sender == sender and not mined.is_unsigned:
                    count = max(count, mined.nonce + 1)
    return quantity(count)


def _code(view: View, params: Params) -> Any:
    _state(view, params, 1)
    return hexes.data(view.chain.contracts.code(_address(params, 0)))


def _balance(view: View, params: Params) -> Any:
    _state(view, params, 1)
    return quantity(balance(_address(params, 0)))


def _call(view: View, params: Params) -> Any:
    request = _argument(params, 0)
    if not isinstance(request, dict):
        raise InvalidParamsError("invalid argument 0: a call object is wanted")
    block = _state(view, params, 1)
    text = request.get("input") or request.get("data") or "0x"
    try:
        data = bytes.fromhex(text.removeprefix("0x"))
    except (ValueError, AttributeError) as error:
        raise InvalidParamsError("invalid argument 0: call data is hex") from error
    target = _address([request.get("to")], 0)
    try:
        return hexes.data(view.chain.contracts.call(target, data, block))
    except RevertedCallError as error:
        raise ExecutionRevertedError(str(error), hexes.data(error.data)) from error


def _gas_price(view: View, _: Params) -> Any:
    spec = view.chain.spec
    return quantity(next_base_fee(spec, view.at(view.head)) + spec.priority_fee)


def _fee_history(view: View, params: Params) -> Any:
    count = _argument(params, 0)
    try:
        asked = int(count, 16) if isinstance(count, str) else int(count)
    except (TypeError, ValueError) as error:
        raise InvalidParamsError("invalid argument 0: a number of blocks is wanted") from error
    newest = view.number(params[1] if len(params) > 1 else "latest")
    percentiles = _percentiles(params[2] if len(params) > 2 else None)
    if newest > view.head:
        raise ServerError("request beyond head block")
    spec, ledger = view.chain.spec, view.ledger
    blocks = list(ledger.numbers(newest - min(max(asked, 1), 1024) + 1, newest))
    if not blocks:
        raise ServerError("header not found")
    fees = [block.base_fee for block in blocks] + [next_base_fee(spec, blocks[-1])]
    history: dict[str, Any] = {
        "oldestBlock": quantity(blocks[0].number),
        "baseFeePerGas": [quantity(fee) for fee in fees],
        "gasUsedRatio": [block.gas_used / block.gas_limit for block in blocks],
    }
    if percentiles:
        tip = spec.priority_fee
        reward = [quantity(tip * (50 + part) // 100) for part in percentiles]
        history["reward"] = [reward for _ in blocks]
    return history


def _percentiles(wanted: Any) -> list[int]:
    if not isinstance(wanted, list | None):
        raise InvalidParamsError("invalid argument 2: a list of percentiles is wanted")
    if not all(isinstance(part, int | float) and 0 <= part <= 100 for part in wanted or []):
        raise InvalidParamsError("invalid argument 2: a percentile is between 0 and 100")
    return [int(part) for part in wanted or []]


def _geth_traces(view: View, params: Params) -> Any:
    block = view.known(block_hash(_argument(params, 0)))
    options = _argument(params, 1)
    if not isinstance(options, dict) or options.get("tracer") != "callTracer":
        raise InvalidParamsError("invalid argument 1: only the callTracer is known")
    if block is None:
        raise ServerError(f"block {params[0]} not found")
    return geth_traces(block)


def _parity_traces(view: View, params: Params) -> Any:
    block = view.at(view.number(_argument(params, 0)))
    return None if block is None else parity_traces(block)


METHODS: dict[str, Method] = {
    "eth_chainId": lambda view, _: quantity(view.chain_id),
    "net_version": lambda view, _: str(view.chain_id),
    "web3_clientVersion": lambda _view, _params: CLIENT_VERSION,
    "eth_blockNumber": lambda view, _: quantity(view.head),
    "eth_syncing": lambda _view, _params: False,
    "eth_getBlockByNumber": _block_by_number,
    "eth_getBlockByHash": _block_by_hash,
    "eth_getBlockReceipts": _block_receipts,
    "eth_getBlockTransactionCountByNumber": _transaction_count,
    "eth_getBlockTransactionCountByHash": _transaction_count,
    "eth_getLogs": _logs,
    "eth_getTransactionReceipt": _receipt,
    "eth_getTransactionByHash": _transaction,
    "eth_getTransactionCount": _nonce,
    "debug_traceBlockByHash": _geth_traces,
    "trace_block": _parity_traces,
    "eth_getCode": _code,
    "eth_getBalance": _balance,
    "eth_call": _call,
    "eth_gasPrice": _gas_price,
    "eth_maxPriorityFeePerGas": lambda view, _: quantity(view.chain.spec.priority_fee),
    "eth_feeHistory": _fee_history,
}
