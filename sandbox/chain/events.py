"""Logs as the well-known contracts emit them."""

from __future__ import annotations

from collections.abc import Mapping

from eth_hash.auto import keccak

from sandbox.chain.hexes import padded, uint
from sandbox.chain.transaction import Log, Transaction

ZERO = bytes(20)
NATIVE_EMITTER = bytes.fromhex("fffffffffffffffffffffffffffffffffffffffe")
TRANSFER = keccak(b"Transfer(address,address,uint256)")
APPROVAL = keccak(b"Approval(address,address,uint256)")
DEPOSIT = keccak(b"Deposit(address,uint256)")
WITHDRAWAL = keccak(b"Withdrawal(address,uint256)")
TRANSFER_SINGLE = keccak(b"TransferSingle(address,address,address,uint256,uint256)")
TRANSFER_BATCH = keccak(b"TransferBatch(address,address,address,uint256[],uint256[])")
SWAP_V2 = keccak(b"Swap(address,uint256,uint256,uint256,uint256,address)")
SYNC_V2 = keccak(b"Sync(uint112,uint112)")


def transfer(token: bytes, sender: bytes, recipient: bytes, amount: int) -> Log:
    """An ERC-20 movement: three topics."""
    return Log(token, (TRANSFER, padded(sender), padded(recipient)), uint(amount))


def nft_transfer(collection: bytes, sender: bytes, recipient: bytes, token_id: int) -> Log:
    """An ERC-721 movement: four topics and no data."""
    return Log(collection, (TRANSFER, padded(sender), padded(recipient), uint(token_id)), b"")


def multi_transfer(
    collection: bytes, sender: bytes, recipient: bytes, amounts: Mapping[int, int]
) -> Log:
    """An ERC-1155 movement of amounts by their numbers: a batch, or a single one."""
    parties = (padded(sender), padded(sender), padded(recipient))
    if len(amounts) == 1:
        ((token_id, amount),) = amounts.items()
        return Log(collection, (TRANSFER_SINGLE, *parties), uint(token_id) + uint(amount))
    count = uint(len(amounts))
    numbers = b"".join(map(uint, amounts))
    data = uint(0x40) + uint(0x60 + len(numbers)) + count + numbers + count
    return Log(collection, (TRANSFER_BATCH, *parties), data + b"".join(map(uint, amounts.values())))


def approval(token: bytes, owner: bytes, spender: bytes, amount: int) -> Log:
    """Leave to spend: nothing moved."""
    return Log(token, (APPROVAL, padded(owner), padded(spender)), uint(amount))


def deposit(wrapped: bytes, owner: bytes, amount: int) -> Log:
    """Native coin became its wrapped form; WETH9 and WBNB emit no Transfer for it."""
    return Log(wrapped, (DEPOSIT, padded(owner)), uint(amount))


def withdrawal(wrapped: bytes, owner: bytes, amount: int) -> Log:
    """The wrapped form became native coin again."""
    return Log(wrapped, (WITHDRAWAL, padded(owner)), uint(amount))


def with_native_logs(transaction: Transaction) -> tuple[Log, ...]:
    """A transaction's logs where native value shows in them (EIP-7708): its own value first, then
    what contracts moved, and nothing of what stays where it is or failed."""
    draft = transaction.draft
    others = tuple(log for log in draft.logs if log.address != NATIVE_EMITTER)
    if not draft.status or transaction.is_unsigned:
        return others
    recipient = transaction.created_address() if draft.recipient is None else draft.recipient
    moves = ((draft.sender, recipient, draft.value), *draft.inside)
    told = (transfer(NATIVE_EMITTER, *move) for move in moves if move[2] and move[0] != move[1])
    return (*told, *others)


def pair_swap(
    pair: bytes, router: bytes, recipient: bytes, amount_in: int, amount_out: int, *, first_in: bool
) -> Log:
    """A Uniswap v2 pair's Swap; `first_in`: the pair's first token came in."""
    amounts = (amount_in, 0, 0, amount_out) if first_in else (0, amount_in, amount_out, 0)
    topics = (SWAP_V2, padded(router), padded(recipient))
    return Log(pair, topics, b"".join(uint(amount) for amount in amounts))


def pair_sync(pair: bytes, reserves: tuple[int, int]) -> Log:
    """A Uniswap v2 pair's reserves after a change."""
    return Log(pair, (SYNC_V2,), uint(reserves[0]) + uint(reserves[1]))
