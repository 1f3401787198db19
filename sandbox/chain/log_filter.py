"""`eth_getLogs`: which logs a filter object asks for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sandbox.chain import bloom, hexes
from sandbox.chain.ledger import AnyBlock
from sandbox.chain.rpc_errors import InvalidParamsError, LimitExceededError, ServerError
from sandbox.chain.view import View, block_hash

MOST_LOGS = 20_000
MOST_BLOCKS = 5_000


@dataclass(frozen=True, slots=True)
class LogFilter:
    """Addresses (none: all) and, per topic position, the wanted values (none: any)."""

    addresses: frozenset[str]
    topics: tuple[frozenset[str], ...]

    @classmethod
    def parse(cls, wanted: Mapping[str, Any]) -> LogFilter:
        """From the filter object's `address` and `topics`."""
        addresses = _texts(wanted.get("address"), 20)
        topics = wanted.get("topics") or []
        if not isinstance(topics, list) or len(topics) > 4:
            raise InvalidParamsError("invalid argument 0: topics is a list of at most 4")
        return cls(addresses, tuple(_texts(topic, 32) for topic in topics))

    def may_match(self, logs_bloom: int) -> bool:
        """False: no log of the block can match."""
        return all(
            not wanted or any(bloom.may_contain(logs_bloom, bytes.fromhex(t[2:])) for t in wanted)
            for wanted in (self.addresses, *self.topics)
        )

    def matches(self, log: Mapping[str, Any]) -> bool:
        """Whether one rendered log is asked for."""
        if self.addresses and log["address"].lower() not in self.addresses:
            return False
        found = log["topics"]
        if len(self.topics) > len(found):
            return False
        return all(
            not wanted or topic.lower() in wanted
            for wanted, topic in zip(self.topics, found, strict=False)
        )


def logs(view: View, wanted: Mapping[str, Any]) -> list[Any]:
    """The logs in order; by block hash an unknown block is an error, by number it is silently
    nothing.
    """
    matching = LogFilter.parse(wanted)
    found: list[Any] = []
    for block in _blocks(view, wanted):
        if not matching.may_match(block.receipts_bloom):
            continue
        found.extend(log for log in _logs_of(view, block) if matching.matches(log))
        if len(found) > MOST_LOGS:
            raise LimitExceededError(f"query returned more than {MOST_LOGS} results")
    return found


def _blocks(view: View, wanted: Mapping[str, Any]) -> Iterable[AnyBlock]:
    if "blockHash" in wanted:
        if "fromBlock" in wanted or "toBlock" in wanted:
            raise InvalidParamsError(
                "cannot specify both BlockHash and FromBlock/ToBlock, choose one or the other"
            )
        block = view.known(block_hash(wanted["blockHash"]))
        if block is None:
            raise ServerError("unknown block")
        return (block,)
    first = view.number(wanted.get("fromBlock") or "latest")
    last = view.number(wanted.get("toBlock") or "latest")
    if first > last:
        raise InvalidParamsError("invalid block range params")
    if last - first >= MOST_BLOCKS:
        raise LimitExceededError(f"query exceeds max block range {MOST_BLOCKS}")
    return view.ledger.numbers(first, min(last, view.head))


def _logs_of(view: View, block: AnyBlock) -> Iterator[Any]:
    for receipt in view.rendering(block).receipts:
        yield from receipt["logs"]


def _texts(wanted: Any, size: int) -> frozenset[str]:
    """Nothing, one value, or a list of them."""
    if wanted is None:
        return frozenset()
    values = wanted if isinstance(wanted, list) else [wanted]
    try:
        parsed = [hexes.address(one) if size == 20 else hexes.word(one) for one in values]
    except (ValueError, AttributeError) as error:
        raise InvalidParamsError(f"invalid argument 0: hex of {size} bytes is wanted") from error
    return frozenset(hexes.data(one) for one in parsed)
