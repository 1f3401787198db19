"""A chain's blocks with their receipts, asked of the pool and checked before anyone sees them.

Receipts are asked by block hash: a node that lacks the block then says so, instead of
answering with an empty list (go-ethereum issue 24078).
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import msgspec

from data.model import BlockRef, Settled
from watcher.evm.transfers import transactions_of
from watcher.evm.wire import BadField, RpcBlock, RpcReceipt, fixed, moment, quantity
from watcher.rpc.errors import (
    AllNodesFailed,
    BlockUnavailable,
    GarbledAnswer,
    RpcError,
    UntrueAnswer,
)
from watcher.rpc.wire import Call

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from data.model import Chain, Transaction
    from watcher.rpc.pool import Pool

_RECEIPTS = list[RpcReceipt] | None
_SURVEY_WITHIN = 3.0
_LEAD_SECONDS = 120.0
"""How far a node may be ahead of the others, in blocks of so much time, without a proof."""
_NO_LOGS = "0x" + "00" * 256


@dataclass(frozen=True, slots=True)
class EvmBlock:
    """A block and its receipts, as many as transactions and in their order."""

    ref: BlockRef
    wrapped_native: bytes
    body: RpcBlock
    receipts: list[RpcReceipt]
    doubt: str | None = None
    missing: str | None = None

    def transactions(self) -> Iterator[Transaction]:
        """Its successful transactions and what moved in them, read as they are asked for."""
        return transactions_of(self.body.transactions, self.receipts, self.wrapped_native)


class EvmBlocks:
    """The blocks of one EVM chain."""

    def __init__(self, chain: Chain, pool: Pool) -> None:
        self._chain = chain
        self._pool = pool

    async def head(self) -> int:
        """Ask every node; raises AllNodesFailed when none of them ever told its head.

        One that hangs is not waited for. One that is far ahead of all others has to show its
        block, so that a single liar blinds nobody.
        """
        nodes = await self._pool.survey(within=_SURVEY_WITHIN)
        heads = sorted((node.head for node in nodes if node.head is not None), reverse=True)
        for told, next_one in pairwise(heads):
            if told - next_one <= _LEAD_SECONDS / self._chain.block_time or await self._has(told):
                return told
        if heads:
            return heads[-1]
        answer = await self._pool.call("eth_blockNumber", type=str, accept=_is_quantity)
        return quantity(answer.value)

    async def _has(self, number: int) -> bool:
        try:
            await self._pool.call(
                "eth_getBlockByNumber",
                [hex(number), False],
                type=_Numbered | None,
                accept=_is_numbered(number),
                rounds=1,
            )
        except RpcError:
            return False
        return True

    async def block(self, number: int, *, exists: bool) -> EvmBlock | None:
        """The block at a height with its receipts, None if there is none yet."""
        answer = await self._pool.call(
            "eth_getBlockByNumber",
            [hex(number), True],
            type=RpcBlock | None,
            accept=_is_block(number=number, required=exists),
            # who told of the block may have lied: that is no reason to wait for it for long
            rounds=1 if exists else None,
        )
        body: RpcBlock | None = answer.value
        if body is None:
            return None
        if not exists:
            self._pool.saw_head(answer.node, number)
        return await self._with_receipts(body)

    async def block_with_hash(self, block_hash: bytes, number: int) -> EvmBlock:
        """The block of that hash, which stands at that height, with its receipts."""
        text = "0x" + block_hash.hex()
        answer = await self._pool.call(
            "eth_getBlockByHash",
            [text, True],
            type=RpcBlock | None,
            accept=_is_block(block_hash=text, number=number, required=True),
        )
        return await self._with_receipts(answer.value)

    async def settled(self, head: int) -> Settled:
        """By depth under the head."""
        finality = self._chain.finality
        return Settled(max(0, head - finality.safe_depth), max(0, head - finality.finalized_depth))

    async def announced(self, within: float) -> int | None:
        """Nobody announces anything yet: the time passes."""
        await asyncio.sleep(within)
        return None

    async def blocks(self, first: int, last: int) -> Sequence[EvmBlock]:
        """Blocks ``first`` to ``last``, in two batches; one by one where nodes refuse batches.

        Then they end where the nodes' blocks do.
        """
        numbers = range(first, last + 1)
        if first == last:
            return await self._one_by_one(numbers)
        try:
            bodies = await self._batch(
                [Call("eth_getBlockByNumber", [hex(n), True], RpcBlock | None) for n in numbers],
                [_is_block(number=n, required=True) for n in numbers],
            )
            receipts = await self._batch(
                [Call("eth_getBlockReceipts", [body.hash], _RECEIPTS) for body in bodies],
                [_are_receipts_of(body) for body in bodies],
            )
        except AllNodesFailed:
            return await self._one_by_one(numbers)
        return [self._block(*pair) for pair in zip(bodies, receipts, strict=True)]

    async def _one_by_one(self, numbers: Sequence[int]) -> list[EvmBlock]:
        found: list[EvmBlock] = []
        for number in numbers:
            try:
                block = await self.block(number, exists=True)
            except AllNodesFailed:
                if not found:
                    raise
                break
            if block is not None:
                found.append(block)
        return found

    async def _batch(self, calls: list[Call], checks: list[Callable[[Any], None]]) -> list[Any]:
        def accept(values: list[Any]) -> None:
            for value, check in zip(values, checks, strict=True):
                if isinstance(value, RpcError):
                    raise BlockUnavailable(value.text)
                check(value)

        return (await self._pool.batch(calls, accept=accept, rounds=1)).value

    async def _with_receipts(self, body: RpcBlock) -> EvmBlock:
        answer = await self._pool.call(
            "eth_getBlockReceipts", [body.hash], type=_RECEIPTS, accept=_are_receipts_of(body)
        )
        return self._block(body, answer.value)

    def _block(self, body: RpcBlock, receipts: list[RpcReceipt]) -> EvmBlock:
        ref = BlockRef(
            self._chain.name,
            quantity(body.number),
            fixed(body.hash, 32),
            fixed(body.parent_hash, 32),
            moment(body.timestamp),
        )
        return EvmBlock(ref, self._chain.wrapped_native, body, receipts)


class _Numbered(msgspec.Struct):
    number: str


def _is_quantity(text: str) -> None:
    try:
        quantity(text)
    except BadField as error:
        raise GarbledAnswer(str(error)) from None


def _is_numbered(number: int) -> Callable[[_Numbered | None], None]:
    def check(body: _Numbered | None) -> None:
        if body is None:
            raise BlockUnavailable("it does not have the block")
        if body.number != hex(number):
            raise UntrueAnswer(f"block {number} was asked for, and another came")

    return check


def _is_block(
    *, required: bool, number: int | None = None, block_hash: str | None = None
) -> Callable[[RpcBlock | None], None]:
    def check(body: RpcBlock | None) -> None:
        if body is None:
            if required:
                raise BlockUnavailable("it does not have the block")
            return
        try:
            told = quantity(body.number)
            fixed(body.hash, 32)
            fixed(body.parent_hash, 32)
            moment(body.timestamp)
        except BadField as error:
            raise GarbledAnswer(f"a block header is malformed: {error}") from None
        if number is not None and told != number:
            raise UntrueAnswer(f"block {number} was asked for, and {told} came")
        if block_hash is not None and body.hash.lower() != block_hash:
            raise UntrueAnswer("a block came whose hash is another")

    return check


def _check_receipt(receipt: RpcReceipt, block_hash: str, tx_hash: str) -> None:
    if receipt.status not in ("0x0", "0x1") and (receipt.status or receipt.root is None):
        raise GarbledAnswer("a receipt does not say whether its transaction succeeded")
    if receipt.block_hash != block_hash or receipt.transaction_hash != tx_hash:
        raise UntrueAnswer("a receipt belongs to another block or transaction")
    for log in receipt.logs:
        if log.block_hash != block_hash or log.transaction_hash != tx_hash:
            raise UntrueAnswer("a log belongs to another block or transaction")
        if log.removed:
            raise UntrueAnswer("a log is marked as removed")


def _are_receipts_of(body: RpcBlock) -> Callable[[list[RpcReceipt] | None], None]:
    def check(receipts: list[RpcReceipt] | None) -> None:
        if receipts is None:
            raise BlockUnavailable("it does not have the block's receipts")
        if len(receipts) != len(body.transactions):
            raise UntrueAnswer(
                f"{len(receipts)} receipts came for {len(body.transactions)} transactions"
            )
        for transaction, receipt in zip(body.transactions, receipts, strict=True):
            _check_receipt(receipt, body.hash, transaction.hash)
        has_logs = any(receipt.logs for receipt in receipts)
        if has_logs == (body.logs_bloom == _NO_LOGS):
            raise UntrueAnswer("the bloom and the receipts disagree about whether there are logs")

    return check
