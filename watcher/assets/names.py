"""Symbol and decimals of every token: curated, remembered in the database, or read and kept."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from datetime import UTC, datetime
from itertools import islice
from typing import TYPE_CHECKING

import structlog

from data.queries import tokens
from data.queries.tokens import TokenRow
from watcher.rpc.errors import LegitimateAnswer, RpcError

if TYPE_CHECKING:
    from data.database import Database
    from data.model import Chain

ReadTokens = Callable[[Sequence[bytes]], Awaitable[list[TokenRow]]]
"""Asks the chain what tokens call themselves; raises RpcError when no node answers."""

log = structlog.get_logger(__name__)

_AT_ONCE = 100


class TokenNames:
    """Tokens of one chain; a new one is read once, whatever it answers.

    ``at_most`` are held in memory besides the curated ones; the database knows them all.
    """

    def __init__(
        self, chain: Chain, database: Database, read: ReadTokens, *, at_most: int = 20_000
    ) -> None:
        self._chain = chain
        self._database = database
        self._read = read
        self._at_most = at_most
        self._at_hand = {
            token.address: TokenRow(token.address, token.symbol, token.name, token.decimals)
            for token in chain.tokens.values()
        }

    def __len__(self) -> int:
        """How many are held in memory besides the curated ones."""
        return len(self._at_hand) - len(self._chain.tokens)

    @property
    def at_hand(self) -> Mapping[bytes, TokenRow]:
        """All that are held in memory, the curated ones among them."""
        return self._at_hand

    async def of(self, wanted: Collection[bytes]) -> Mapping[bytes, TokenRow]:
        """The names of the wanted tokens; those that could not be read are missing."""
        found = {
            address: row for address in wanted if (row := self._at_hand.get(address)) is not None
        }
        fresh = [address for address in set(wanted) if address not in found]
        if fresh:
            async with self._database.read() as connection:
                found |= await tokens.of_addresses(connection, self._chain.name, fresh)
        fresh = [address for address in fresh if address not in found]
        for start in range(0, len(fresh), _AT_ONCE):
            try:
                rows = await self._rows(fresh[start : start + _AT_ONCE])
            except RpcError as error:
                # an alert without a symbol is better than none: they are asked for again next time
                log.warning("tokens could not be read", chain=self._chain.name, error=str(error))
                break
            await self._keep(rows)
            found |= {row.address: row for row in rows}
        self._remember(found)
        return found

    def _remember(self, found: Mapping[bytes, TokenRow]) -> None:
        """Anybody can make tokens by the million: only so many are held, the latest met."""
        curated = self._chain.tokens
        for address, row in found.items():
            if address not in curated:
                self._at_hand.pop(address, None)
                self._at_hand[address] = row
        surplus = len(self) - self._at_most
        if surplus > 0:
            # the curated ones were put first, and stay
            for address in list(islice(self._at_hand, len(curated), len(curated) + surplus)):
                del self._at_hand[address]

    async def _rows(self, addresses: Sequence[bytes]) -> list[TokenRow]:
        try:
            return await self._read(addresses)
        except LegitimateAnswer:
            # a contract among them spends all the gas there is: the others shall not suffer for it
            if len(addresses) == 1:
                return [TokenRow(addresses[0], None, None, None)]
        half = len(addresses) // 2
        return await self._rows(addresses[:half]) + await self._rows(addresses[half:])

    async def _keep(self, rows: Sequence[TokenRow]) -> None:
        async with self._database.write() as connection:
            await tokens.store(connection, self._chain.name, rows, datetime.now(UTC))
