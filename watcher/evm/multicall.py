"""Many contract reads in one call, through Multicall3's ``aggregate3``.

https://github.com/mds1/multicall3: a call that fails does not fail the others.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from watcher.rpc.errors import GarbledAnswer
from watcher.rpc.purpose import Purpose

if TYPE_CHECKING:
    from collections.abc import Sequence

    from watcher.rpc.pool import Pool

AGGREGATE3 = bytes.fromhex("82ad56cb")  # aggregate3((address,bool,bytes)[])
LATEST = "latest"
_WORD, _ADDRESS = 32, 20
_LIST_BEGINS = _WORD.to_bytes(_WORD)
_MAY_FAIL = (1).to_bytes(_WORD)
_DATA_BEGINS = (3 * _WORD).to_bytes(_WORD)

Read = tuple[bytes, bytes]
"""A contract's address and the data to call it with."""


async def read_all(
    pool: Pool, multicall3: bytes, reads: Sequence[Read], block: str, *, within: float
) -> list[bytes | None]:
    """What each read returned at ``block`` (a tag or a number in hex); None where it failed.

    Raises RpcError when no node answers within so many seconds.
    """
    if not reads:
        return []
    checked: dict[str, list[bytes | None]] = {}
    request = {"to": "0x" + multicall3.hex(), "data": encoded(reads)}

    def check(text: str) -> None:
        checked[text] = results_in(text)
        if len(checked[text]) != len(reads):
            raise GarbledAnswer("Multicall3 answered another number of calls")

    answer = await pool.call(
        "eth_call",
        [request, block],
        type=str,
        accept=check,
        rounds=1,
        within=within,
        purpose=Purpose.ASSETS,
    )
    return checked[answer.value]


def encoded(reads: Sequence[Read]) -> str:
    """The ABI's ``(address,bool,bytes)[]``: hundreds of calls, put together by hand in a tenth of
    the time that a general codec takes."""
    heads, tails = [], []
    at = len(reads) * _WORD
    for contract, data in reads:
        heads.append(at.to_bytes(_WORD))
        tail = _call(contract, data)
        tails.append(tail)
        at += len(tail)
    count = len(reads).to_bytes(_WORD)
    return "0x" + b"".join([AGGREGATE3, _LIST_BEGINS, count, *heads, *tails]).hex()


@lru_cache(maxsize=4096)
def _call(contract: bytes, data: bytes) -> bytes:
    """One that may fail; feeds and pools are read again and again in the same words."""
    if len(contract) != _ADDRESS:
        raise ValueError("a contract's address has another size")
    return b"".join(
        (
            contract.rjust(_WORD, b"\0"),
            _MAY_FAIL,
            _DATA_BEGINS,
            len(data).to_bytes(_WORD),
            data.ljust(-(-len(data) // _WORD) * _WORD, b"\0"),
        )
    )


def results_in(text: str) -> list[bytes | None]:
    """The results of ``aggregate3``, an ABI-encoded ``(bool,bytes)[]``.

    Raises GarbledAnswer when they are none.
    """
    try:
        raw = bytes.fromhex(text.removeprefix("0x"))
    except ValueError:
        raw = b""

    def word(at: int) -> int:
        found = raw[at : at + 32]
        if len(found) != 32:
            raise GarbledAnswer("Multicall3's answer is malformed")
        return int.from_bytes(found)

    def result(at: int) -> bytes | None:
        success, begin = word(at), at + word(at + 32)
        size = word(begin)
        data = raw[begin + 32 : begin + 32 + size]
        if success > 1 or len(data) != size:
            raise GarbledAnswer("Multicall3's answer is malformed")
        return data if success else None

    heads = word(0) + 32
    count = word(heads - 32)
    if count > len(raw) // 32:
        raise GarbledAnswer("Multicall3's answer is malformed")
    return [result(heads + word(heads + 32 * place)) for place in range(count)]
