"""A block's header and list of transactions, as far as they can be judged by themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from watcher.evm.wire import BadField, fixed, moment, quantity
from watcher.rpc.errors import BlockUnavailable, GarbledAnswer, UntrueAnswer

if TYPE_CHECKING:
    from watcher.evm.wire import RpcBlock


def check_block(
    body: RpcBlock | None, *, number: int | None = None, block_hash: str | None = None
) -> RpcBlock:
    """That it is the block that was asked for, and can be read.

    Raises BlockUnavailable for none, GarbledAnswer or UntrueAnswer.
    """
    if body is None:
        raise BlockUnavailable("it does not have the block")
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
    if len({transaction.hash for transaction in body.transactions}) != len(body.transactions):
        raise UntrueAnswer("a block came that has one transaction twice")
    return body
