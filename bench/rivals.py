"""The peers, as their documentation would have them used for speed.

web3.py fetches blocks with their receipts and decodes the events with its codec.
web3-ethereum-defi's ``read_events`` fetches the logs of the wanted topics, a hundred blocks at
once, and leaves decoding to the caller.
"""

from __future__ import annotations

from importlib.util import find_spec
from typing import Any

from web3 import HTTPProvider, Web3
from web3._utils.events import get_event_data
from web3.exceptions import LogTopicError

from bench.ground import Run, Span, Stopwatch
from bench.racers import CHAIN
from watcher.evm.transfers import DEPOSIT, TRANSFER, WITHDRAWAL

HAS_ETH_DEFI = find_spec("eth_defi") is not None
_PARTIES = [{"indexed": True, "name": name, "type": "address"} for name in ("sender", "recipient")]
_AMOUNT = {"indexed": False, "name": "amount", "type": "uint256"}
_WRAPPED = "0x" + CHAIN.wrapped_native.hex()


def _event(name: str, parties: int) -> dict[str, Any]:
    inputs = [*_PARTIES[:parties], _AMOUNT]
    return {"anonymous": False, "inputs": inputs, "name": name, "type": "event"}


EVENTS = {
    TRANSFER: _event("Transfer", 2),
    DEPOSIT: _event("Deposit", 1),
    WITHDRAWAL: _event("Withdrawal", 1),
}


def web3py(span: Span) -> Run:
    """Blocks, receipts, and its own event decoding: the same transfers as ours."""
    web3 = Web3(HTTPProvider(span.url))
    transfers: list[int] = []
    watch = Stopwatch()
    for number in range(span.first, span.last + 1):
        block = web3.eth.get_block(number, full_transactions=True)
        receipts = web3.eth.get_block_receipts(number)
        transfers.append(0)
        for transaction, receipt in zip(block["transactions"], receipts, strict=True):
            if receipt["status"] != 1:
                continue
            transfers[-1] += transaction["value"] > 0
            transfers[-1] += sum(_moves(web3, log) for log in receipt["logs"])
    return watch.stop(tuple(transfers))


def _moves(web3: Web3, log: Any) -> bool:
    topic = "0x" + log["topics"][0].hex().removeprefix("0x") if log["topics"] else ""
    event = EVENTS.get(topic)
    if event is None or (topic != TRANSFER and log["address"].lower() != _WRAPPED):
        return False
    try:
        decoded = get_event_data(web3.codec, event, log)
    except LogTopicError:
        return False  # an NFT's: the amount is indexed there
    return bool(decoded["args"]["amount"] > 0)


def read_events(span: Span) -> Run:
    """Token transfers only: it does not look at the blocks' own transactions."""
    from eth_defi.event_reader.conversion import (
        convert_uint256_hex_string_to_address,
        decode_data,
    )
    from eth_defi.event_reader.reader import read_events as read

    web3 = Web3(HTTPProvider(span.url))
    web3.middleware_onion.clear()
    contract = web3.eth.contract(abi=[event | {"type": "event"} for event in EVENTS.values()])
    events = [contract.events.Transfer, contract.events.Deposit, contract.events.Withdrawal]
    transfers = dict.fromkeys(range(span.first, span.last + 1), 0)
    watch = Stopwatch()
    for log in read(web3, span.first, span.last, events=events, extract_timestamps=None):
        topics = log["topics"]
        if topics[0] == TRANSFER:
            if len(topics) != 3:
                continue
        elif log["address"].lower() != _WRAPPED:
            continue
        for topic in topics[1:]:
            convert_uint256_hex_string_to_address(topic)
        transfers[log["blockNumber"]] += int.from_bytes(decode_data(log["data"])[0]) > 0
    return watch.stop(tuple(transfers.values()))
