"""What deceivers do on a chain: poison a history, imitate a token, give spam to hundreds.

Each verb takes the chain first and mines a block, or joins the next one with ``mine=False``.
"""

from __future__ import annotations

from eth_hash.auto import keccak

from sandbox.chain import hexes
from sandbox.chain.chain import Chain
from sandbox.chain.events import TRANSFER
from sandbox.chain.happenings import Mined

POISONER = hexes.data(keccak(b"sandbox poisoner")[12:])


def look_alike(address: str, *, first: int = 4, last: int = 4) -> str:
    """Another address of which so many hex digits are the same at its ends."""
    digits = address.lower().removeprefix("0x")
    made = keccak(b"sandbox look-alike" + bytes.fromhex(digits)).hex()
    between = made[: 40 - first - last]
    if between[0] == digits[first]:
        between = f"{(int(between[0], 16) + 1) % 16:x}{between[1:]}"
    if between[-1] == digits[39 - last]:
        between = f"{between[:-1]}{(int(between[-1], 16) + 1) % 16:x}"
    return f"0x{digits[:first]}{between}{digits[40 - last :]}"


def poison(chain: Chain, token: str, victim: str, known: str, *, mine: bool = True) -> Mined:
    """A transfer of nothing from the victim to a look-alike of somebody it knows, which the victim
    never signed: tokens let anybody move an amount of 0.
    """
    return _transfers(chain, token, [(victim, look_alike(known), 0)], mine=mine)


def dust(
    chain: Chain, token: str, victim: str, known: str, amount: int, *, mine: bool = True
) -> Mined:
    """A few base units to the victim, from a look-alike of somebody it knows."""
    sender = look_alike(known)
    parties = [(sender, victim, amount)]
    return _transfers(chain, token, parties, signer=sender, mine=mine)


def imitate(
    chain: Chain, spam_symbol: str, recipient: str, amount: int, *, mine: bool = True
) -> Mined:
    """Tokens that are not what they call themselves; the symbol is one of the spec's spam."""
    return _transfers(chain, spam(chain, spam_symbol), [(POISONER, recipient, amount)], mine=mine)


def airdrop(
    chain: Chain, token: str, recipients: list[str], amount: int, *, mine: bool = True
) -> Mined:
    """The same token to many, in one transaction."""
    parties = [(POISONER, recipient, amount) for recipient in recipients]
    return _transfers(chain, token, parties, mine=mine)


def strangers(count: int) -> list[str]:
    """Addresses that nobody watches."""
    return [hexes.data(keccak(f"sandbox stranger {n}".encode())[12:]) for n in range(count)]


def spam(chain: Chain, symbol: str) -> str:
    """The address of the spec's spam token of that symbol."""
    return next(token.address for token in chain.spec.spam if token.symbol == symbol)


def _transfers(
    chain: Chain,
    token: str,
    parties: list[tuple[str, str, int]],
    *,
    signer: str = POISONER,
    mine: bool,
) -> Mined:
    address = token if token.startswith("0x") else chain.spec.token(token).address
    logs = [
        (
            address,
            [hexes.data(TRANSFER), _topic(sender), _topic(recipient)],
            hexes.data(hexes.uint(amount)),
        )
        for sender, recipient, amount in parties
    ]
    return chain.transact(signer, address, logs=logs, mine=mine)


def _topic(address: str) -> str:
    return hexes.data(hexes.padded(hexes.address(address)))
