"""What people do on a chain, as drafts: pay, send a token, wrap, swap, mint, burn."""

from __future__ import annotations

from dataclasses import dataclass, field

from eth_hash.auto import keccak

from sandbox.chain import events
from sandbox.chain.hexes import padded, uint
from sandbox.chain.transaction import Draft, Log

VALIDATOR_SET = bytes.fromhex("0000000000000000000000000000000000001000")

_TRANSFER_CALL = keccak(b"transfer(address,uint256)")[:4]
_APPROVE_CALL = keccak(b"approve(address,uint256)")[:4]
_DEPOSIT_CALL = keccak(b"deposit()")[:4]
_WITHDRAW_CALL = keccak(b"withdraw(uint256)")[:4]
_REWARD_CALL = keccak(b"deposit(address)")[:4]
_EXECUTE_CALL = keccak(b"execute(bytes,bytes[],uint256)")[:4]


def pay(sender: bytes, recipient: bytes, value: int) -> Draft:
    """Native coin, in wei."""
    return Draft(sender, recipient, value)


def send_token(token: bytes, sender: bytes, recipient: bytes, amount: int) -> Draft:
    """The holder calls transfer()."""
    call = _TRANSFER_CALL + padded(recipient) + uint(amount)
    logs = (events.transfer(token, sender, recipient, amount),)
    return Draft(sender, token, data=call, logs=logs, gas_used=48_200)


def approve(token: bytes, owner: bytes, spender: bytes, amount: int) -> Draft:
    """Leave to spend; nothing moves."""
    call = _APPROVE_CALL + padded(spender) + uint(amount)
    logs = (events.approval(token, owner, spender, amount),)
    return Draft(owner, token, data=call, logs=logs, gas_used=46_100)


def wrap(wrapped: bytes, owner: bytes, amount: int) -> Draft:
    """Native coin into its wrapped form."""
    logs = (events.deposit(wrapped, owner, amount),)
    return Draft(owner, wrapped, amount, _DEPOSIT_CALL, logs, gas_used=27_900)


def unwrap(wrapped: bytes, owner: bytes, amount: int) -> Draft:
    """The wrapped form into native coin; the coin itself moves without a sign in logs."""
    logs = (events.withdrawal(wrapped, owner, amount),)
    inside = ((wrapped, owner, amount),)
    call = _WITHDRAW_CALL + uint(amount)
    return Draft(owner, wrapped, 0, call, logs, gas_used=30_400, inside=inside)


def mint(token: bytes, minter: bytes, recipient: bytes, amount: int) -> Draft:
    """New tokens, out of the zero address."""
    logs = (events.transfer(token, events.ZERO, recipient, amount),)
    return Draft(minter, token, data=uint(amount), logs=logs, gas_used=61_000)


def burn(token: bytes, holder: bytes, amount: int) -> Draft:
    """Tokens destroyed, into the zero address."""
    logs = (events.transfer(token, holder, events.ZERO, amount),)
    return Draft(holder, token, data=uint(amount), logs=logs, gas_used=39_000)


def create(deployer: bytes, code: bytes, *, value: int = 0) -> Draft:
    """A contract creation: no recipient; the contract may be given native coin."""
    return Draft(deployer, None, value, code, gas_used=480_000 + 200 * len(code))


def reward(producer: bytes, amount: int) -> Draft:
    """BSC's system transaction: the block's producer hands its fees to the validator contract."""
    return Draft(producer, VALIDATOR_SET, amount, _REWARD_CALL + padded(producer), gas_used=38_000)


def pair_of(one: bytes, other: bytes) -> bytes:
    """The pool of two tokens; invented, the real pool has another address."""
    first, second = sorted((one, other))
    return keccak(b"sandbox pair" + first + second)[12:]


@dataclass(frozen=True, slots=True)
class Exchange:
    """Where swaps go through: a router, and the wrapped form that stands for native coin (None)
    in pools.
    """

    router: bytes
    wrapped: bytes
    gas_used: int = field(default=148_000)

    def swap(
        self,
        trader: bytes,
        sold: bytes | None,
        amount_sold: int,
        bought: bytes | None,
        amount_bought: int,
    ) -> Draft:
        """One pool, two movements, a Sync and a Swap; None is native coin, wrapped or unwrapped
        by the router.
        """
        token_in, token_out = sold or self.wrapped, bought or self.wrapped
        pair = pair_of(token_in, token_out)
        logs: list[Log] = []
        if sold is None:
            logs.append(events.deposit(token_in, self.router, amount_sold))
            logs.append(events.transfer(token_in, self.router, pair, amount_sold))
        else:
            logs.append(events.transfer(token_in, trader, pair, amount_sold))
        receiver = trader if bought else self.router
        logs.append(events.transfer(token_out, pair, receiver, amount_bought))
        first_in = token_in < token_out
        reserves = (amount_sold * 97, amount_bought * 96)
        logs.append(events.pair_sync(pair, reserves if first_in else reserves[::-1]))
        logs.append(
            events.pair_swap(
                pair, self.router, receiver, amount_sold, amount_bought, first_in=first_in
            )
        )
        inside: list[tuple[bytes, bytes, int]] = []
        if sold is None:
            inside.append((self.router, self.wrapped, amount_sold))
        if bought is None:
            inside.append((self.wrapped, self.router, amount_bought))
            inside.append((self.router, trader, amount_bought))
            logs.append(events.withdrawal(token_out, self.router, amount_bought))
        call = _EXECUTE_CALL + padded(token_in) + padded(token_out) + uint(amount_sold)
        value = 0 if sold else amount_sold
        gas = self.gas_used
        moved = tuple(inside)
        return Draft(trader, self.router, value, call, tuple(logs), gas_used=gas, inside=moved)
