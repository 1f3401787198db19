"""Assets with numbers: ERC-721, of which there is one each, and ERC-1155, of which there are many.

A batch is two lists in a contract's own words: where they begin and how long they are is believed
only as far as there are bytes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from data.model import Source, Standard, Transfer
from watcher.evm.transfers.parties import ADDRESSES, PARTIES
from watcher.evm.transfers.topics import TRANSFER_SINGLE
from watcher.evm.wire import BadField, data, fixed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from watcher.evm.wire import RpcLog

_WORD = 32


def nft_transfer(position: int, log: RpcLog) -> Transfer:
    """A Transfer log of four topics and no data, an ERC-721's; raises BadField."""
    _, sender, recipient, number = log.topics
    if log.data not in ("0x", ""):
        raise BadField("an ERC-721's transfer has no data")
    return Transfer(
        Source.LOG,
        position,
        ADDRESSES[log.address],
        PARTIES[sender],
        PARTIES[recipient],
        1,
        Standard.ERC721,
        int.from_bytes(fixed(number, 32)),
    )


def multi_transfers(position: int, log: RpcLog) -> Iterator[Transfer]:
    """A TransferSingle or TransferBatch log of four topics, an ERC-1155's; raises BadField."""
    topic, _, sender, recipient = log.topics
    token, giver, taker = ADDRESSES[log.address], PARTIES[sender], PARTIES[recipient]
    if topic == TRANSFER_SINGLE:
        words = fixed(log.data, 2 * _WORD)
        pairs = [(words[:_WORD], words[_WORD:])]
    else:
        pairs = _batch(data(log.data))
    return (
        Transfer(
            Source.LOG,
            position,
            token,
            giver,
            taker,
            int.from_bytes(amount),
            Standard.ERC1155,
            int.from_bytes(number),
        )
        for number, amount in pairs
    )


def _batch(raw: bytes) -> list[tuple[bytes, bytes]]:
    """Numbers and their amounts, as many of the one as of the other."""
    numbers, amounts = _words(raw, 0), _words(raw, _WORD)
    if len(numbers) != len(amounts):
        raise BadField("a batch has more numbers than amounts, or fewer")
    return list(zip(numbers, amounts, strict=True))


def _words(raw: bytes, head: int) -> list[bytes]:
    """The words of the list to which the word at ``head`` points."""
    begin = int.from_bytes(raw[head : head + _WORD])
    count = int.from_bytes(raw[begin : begin + _WORD])
    first = begin + _WORD
    end = first + count * _WORD
    if len(raw) < first or end > len(raw):
        raise BadField("a list reaches beyond its bytes")
    return [raw[at : at + _WORD] for at in range(first, end, _WORD)]
