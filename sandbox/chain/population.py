"""The people of a chain: the same addresses come back, a few of them often."""

from __future__ import annotations

from functools import lru_cache
from random import Random

from eth_hash.auto import keccak

from sandbox.chain import hexes
from sandbox.chain.spec import ChainSpec


@lru_cache(maxsize=8)
def people(seed: int, count: int) -> tuple[bytes, ...]:
    """The ordinary addresses; who comes first comes most often."""
    return tuple(keccak(f"sandbox person {seed} {n}".encode())[12:] for n in range(count))


class Population:
    """Ordinary addresses, and the labelled wallets that a share of all movements touches."""

    def __init__(self, spec: ChainSpec, seed: int) -> None:
        self._people = people(seed, spec.noise.population)
        self._labelled = [hexes.address(wallet.address) for wallet in spec.wallets]
        self._labelled_share = spec.noise.labelled_share if self._labelled else 0.0

    def person(self, rng: Random) -> bytes:
        """Somebody; the first of the population come far more often than the last."""
        return self._people[int(len(self._people) * rng.random() ** 3)]

    def couple(self, rng: Random) -> tuple[bytes, bytes]:
        """A payer and a payee, at times with a labelled wallet on one side, now and then on
        both.
        """
        payer, payee = self.person(rng), self.person(rng)
        chance = rng.random()
        if chance < self._labelled_share:
            wallet = rng.choice(self._labelled)
            if chance < self._labelled_share * 0.1:
                return wallet, rng.choice(self._labelled)
            return (wallet, payee) if rng.getrandbits(1) else (payer, wallet)
        return payer, payee
