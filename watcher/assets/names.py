"""Symbol and decimals of every token: curated, remembered in the database, or read and kept."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from datetime import UTC, datetime
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
    """All tokens of one chain that were ever met; a new one is read once, whatever it answers."""

    def __init__(self, chain: Chain, database: Database, read: ReadTokens) -> None:
        self._chain = chain
        self._database = database
        self._read = read
        self._known = {
            token.address: TokenRow(token.address, token.symbol, token.name, token.decimals)
            for token in chain.tokens.values()
        }
        self._loaded = False

    async def of(self, wanted: Collection[bytes]) -> Mapping[bytes, TokenRow]:
        """A mapping that holds every wanted token that could be read; others may be missing."""
        if not self._loaded:
            async with self._database.read() as connection:
                self._known = await tokens.of_chain(connection, self._chain.name) | self._known
            self._loaded = True
        fresh = [address for address in set(wanted) if address not in self._known]
        for start in range(0, len(fresh), _AT_ONCE):
            try:
                rows = await self._rows(fresh[start : start + _AT_ONCE])
            except RpcError as error:
                # an alert without a symbol is better than none: they are asked for again next time
                log.warning("tokens could not be read", chain=self._chain.name, error=str(error))
                break
            await self._keep(rows)
        return self._known

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
        self._known |= {row.address: row for row in rows}
