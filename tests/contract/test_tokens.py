import asyncio
from datetime import timedelta

from data.database import Database
from data.queries import tokens
from data.queries.tokens import TokenRow
from tests.contract.samples import NOW, address

ALL = [address(number) for number in range(1, 1_200)]


async def test_tokens_are_kept_by_chain_whatever_they_answered(database: Database) -> None:
    named = TokenRow(address(1), "MKR", "Maker", 18)
    silent = TokenRow(address(2), None, None, None)
    odd = TokenRow(address(3), "<b>\N{RIGHT-TO-LEFT OVERRIDE}'\"", "x" * 10_000, 255)
    async with database.write() as connection:
        await tokens.store(connection, "ethereum", [named, silent, odd], NOW)
        await tokens.store(connection, "bsc", [TokenRow(address(1), "FAKE", None, 0)], NOW)
        await tokens.store(connection, "bsc", [], NOW)
    async with database.read() as connection:
        ethereum = await tokens.of_addresses(connection, "ethereum", ALL)
        bsc = await tokens.of_addresses(connection, "bsc", ALL)
        base = await tokens.of_addresses(connection, "base", ALL)

    assert ethereum == {row.address: row for row in (named, silent, odd)}
    assert bsc == {address(1): TokenRow(address(1), "FAKE", None, 0)}
    assert base == {}


async def test_a_token_that_was_read_before_keeps_its_row(database: Database) -> None:
    first = TokenRow(address(1), "USDC", "USD Coin", 6)
    async with database.write() as connection:
        await tokens.store(connection, "ethereum", [first], NOW)
        changed = TokenRow(address(1), "SCAM", "Scam", 0)
        await tokens.store(connection, "ethereum", [changed], NOW + timedelta(days=1))

        assert await tokens.of_addresses(connection, "ethereum", ALL) == {address(1): first}


async def test_many_may_keep_the_same_tokens_at_once_in_any_order(database: Database) -> None:
    rows = [TokenRow(one, "T", None, 18) for one in ALL]
    chains = ["ethereum", "bsc", "base", "polygon"]

    async def keep(chain: str, read: list[TokenRow]) -> None:
        async with database.write() as connection:
            await tokens.store(connection, chain, read, NOW)

    async with asyncio.timeout(30):
        for chain in chains:
            await asyncio.gather(keep(chain, rows), keep(chain, rows[::-1]))

    async with database.read() as connection:
        for chain in chains:
            assert len(await tokens.of_addresses(connection, chain, ALL)) == len(rows)
