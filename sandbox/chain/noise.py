"""A chain's ordinary traffic: a seeded mixture of payments, tokens, swaps, spam and failures."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import accumulate
from random import Random

from sandbox.chain import drafts, events, hexes
from sandbox.chain.market import Market
from sandbox.chain.population import Population
from sandbox.chain.spec import ChainSpec, TokenSpec
from sandbox.chain.transaction import Draft

_PICO = 10**12
_MAJORS = 6
_COLLECTIONS = tuple(hexes.address("0x" + f"{0xC0FFEE + 7919 * n:040x}") for n in range(1, 9))
_MAX_UINT = 2**256 - 1


class Noise:
    """Makes drafts for one block at a time; amounts are log-normal in dollars, with a fat tail
    of whales.
    """

    def __init__(self, spec: ChainSpec, market: Market, seed: int) -> None:
        self._spec = spec
        self._market = market
        self._rng = Random(f"noise {seed}")
        self._people = Population(spec, seed)
        self._wrapped = hexes.address(spec.wrapped_native)
        self._routers = [hexes.address(router) for router in spec.routers]
        priced = [token for token in spec.tokens if token.price_usd is not None]
        self._majors, self._long_tail = priced[:_MAJORS], priced[_MAJORS:] or priced
        self._addresses = {t.address: hexes.address(t.address) for t in (*spec.tokens, *spec.spam)}
        self._at = 0
        self._prices: dict[str, int] = {}
        recipes: tuple[tuple[int, Callable[[], Draft]], ...] = (
            (230, self._payment),
            (250, lambda: self._token(self._majors)),
            (100, lambda: self._token(self._long_tail)),
            (245, self._swap),
            (40, self._wrapping),
            (45, self._approval),
            (30, self._nft),
            (20, self._airdrop),
            (10, self._poison),
            (25, self._failure),
            (5, self._creation),
        )
        self._recipes = [recipe for _, recipe in recipes]
        self._weights = list(accumulate(weight for weight, _ in recipes))

    def drafts(self, count: int, at: int) -> list[Draft]:
        """`count` transactions with the prices of Unix time `at`."""
        self._at = at
        self._prices.clear()
        chosen = self._rng.choices(self._recipes, cum_weights=self._weights, k=count)
        return [recipe() for recipe in chosen]

    def _payment(self) -> Draft:
        payer, payee = self._people.couple(self._rng)
        return drafts.pay(payer, payee, self._native_amount())

    def _token(self, tokens: list[TokenSpec]) -> Draft:
        token = self._pick(tokens)
        payer, payee = self._people.couple(self._rng)
        return drafts.send_token(self._addresses[token.address], payer, payee, self._amount(token))

    def _swap(self) -> Draft:
        token = self._pick(self._majors if self._rng.random() < 0.6 else self._long_tail)
        address = self._addresses[token.address]
        exchange = drafts.Exchange(self._rng.choice(self._routers), self._wrapped)
        trader, usd_cents = self._people.person(self._rng), self._usd_cents()
        paid = self._units(token.symbol, token.decimals, usd_cents)
        native = self._units(self._spec.native_symbol, 18, usd_cents * 997 // 1000)
        if address == self._wrapped:
            return drafts.wrap(self._wrapped, trader, native)
        way = self._rng.random()
        if way < 0.45:
            return exchange.swap(trader, None, native, address, paid)
        if way < 0.8:
            return exchange.swap(trader, address, paid, None, native)
        other = self._pick(self._majors)
        if other.address == token.address:
            return exchange.swap(trader, None, native, address, paid)
        got = self._units(other.symbol, other.decimals, usd_cents * 997 // 1000)
        return exchange.swap(trader, address, paid, self._addresses[other.address], got)

    def _wrapping(self) -> Draft:
        way = drafts.wrap if self._rng.getrandbits(1) else drafts.unwrap
        return way(self._wrapped, self._people.person(self._rng), self._native_amount())

    def _approval(self) -> Draft:
        token = self._addresses[self._pick(self._majors).address]
        owner, spender = self._people.person(self._rng), self._rng.choice(self._routers)
        return drafts.approve(token, owner, spender, _MAX_UINT)

    def _nft(self) -> Draft:
        """Of ERC-721, now and then minted or of ERC-1155, one or several at once."""
        collection = self._rng.choice(_COLLECTIONS)
        seller, buyer = self._people.person(self._rng), self._people.person(self._rng)
        number = self._rng.randrange(10_000)
        if number % 5 == 0:
            amounts = {number + place: 1 + number % 40 for place in range(1 + number % 3)}
            moved = events.multi_transfer(collection, seller, buyer, amounts)
        else:
            giver = events.ZERO if number % 7 == 0 else seller
            moved = events.nft_transfer(collection, giver, buyer, number)
        return Draft(seller, collection, logs=(moved,), gas_used=72_000)

    def _airdrop(self) -> Draft:
        if not self._spec.spam:
            return self._payment()
        token = self._addresses[self._rng.choice(self._spec.spam).address]
        spammer = self._people.person(self._rng)
        amount = _MAX_UINT if self._rng.random() < 0.1 else self._rng.randrange(1, 10**24)
        logs = tuple(
            events.transfer(token, spammer, self._people.person(self._rng), amount)
            for _ in range(self._rng.randrange(3, 25))
        )
        return Draft(spammer, token, logs=logs, gas_used=30_000 + 25_000 * len(logs))

    def _poison(self) -> Draft:
        """Zero-value transfers from a look-alike: same first and last bytes as somebody the
        victim knows.
        """
        token = self._addresses[self._pick(self._majors).address]
        victim, known = self._people.couple(self._rng)
        look_alike = known[:2] + self._rng.randbytes(16) + known[-2:]
        logs = (events.transfer(token, victim, look_alike, 0),)
        return Draft(self._people.person(self._rng), token, logs=logs, gas_used=45_000)

    def _failure(self) -> Draft:
        """Reverted: it carried value or wanted a transfer, and nothing moved."""
        wanted = self._payment() if self._rng.getrandbits(1) else self._swap()
        gas_used = self._rng.randrange(24_000, 90_000)
        return replace(wanted, logs=(), status=0, gas_used=gas_used, data=wanted.data or b"\0" * 4)

    def _creation(self) -> Draft:
        """Some contracts are given a little on their way."""
        deployer = self._people.person(self._rng)
        code = self._rng.randbytes(self._rng.randrange(200, 900))
        return drafts.create(deployer, code, value=len(code) * 10**12 if len(code) % 3 == 0 else 0)

    def _pick(self, tokens: list[TokenSpec]) -> TokenSpec:
        """The first of a list come more often."""
        return tokens[int(len(tokens) * self._rng.random() ** 1.6)]

    def _native_amount(self) -> int:
        return self._units(self._spec.native_symbol, 18, self._usd_cents())

    def _amount(self, token: TokenSpec) -> int:
        return self._units(token.symbol, token.decimals, self._usd_cents())

    def _units(self, symbol: str, decimals: int, usd_cents: int) -> int:
        """Base units that are worth so many cents now; at least one."""
        price = self._prices.get(symbol)
        if price is None:
            usd = self._market.usd(symbol, self._at)
            price = self._prices[symbol] = max(1, int((usd or 0) * _PICO))
        one: int = 10**decimals
        return max(1, usd_cents * _PICO * one // (100 * price))

    def _usd_cents(self) -> int:
        noise = self._spec.noise
        if self._rng.random() < noise.whale_share:
            return int(10_100_000 * min(self._rng.paretovariate(1.1), 2_000))
        cents = noise.median_usd * 100 * self._rng.lognormvariate(0, 2)
        return min(int(cents) + 1, 9_900_000)
