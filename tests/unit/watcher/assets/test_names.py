"""Names of tokens: read once, kept in the database."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence

import pytest

from data.database import Database
from data.queries.tokens import TokenRow
from tests.unit.watcher.examples import CHAIN, SPAM, USDC
from watcher.assets.names import TokenNames
from watcher.rpc.errors import AllNodesFailed, CallReverted

OTHER = b"\x6f" * 20


class Contracts:
    """Answers for every token, unless no node does or one of them spends all the gas."""

    def __init__(self) -> None:
        self.away = False
        self.greedy: bytes | None = None
        self.asked: list[list[bytes]] = []

    async def __call__(self, addresses: Sequence[bytes]) -> list[TokenRow]:
        self.asked.append(list(addresses))
        if self.away:
            raise AllNodesFailed("ethereum", "eth_call", {})
        if self.greedy in addresses:
            raise CallReverted("out of gas")
        return [TokenRow(address, f"T{address[0]}", "Token", 18) for address in addresses]


@pytest.fixture
async def database(migrated_sqlite: str) -> AsyncIterator[Database]:
    opened = Database(migrated_sqlite)
    yield opened
    await opened.close()


@pytest.fixture
def contracts() -> Contracts:
    return Contracts()


async def test_a_token_is_read_once_and_remembered_in_the_database(
    database: Database, contracts: Contracts
) -> None:
    names = TokenNames(CHAIN, database, contracts)
    first = (await names.of({SPAM}))[SPAM]
    await names.of({SPAM})
    again = (await TokenNames(CHAIN, database, contracts).of({SPAM}))[SPAM]
    assert first == again == TokenRow(SPAM, "T95", "Token", 18)
    assert contracts.asked == [[SPAM]]


async def test_curated_tokens_are_called_as_in_the_table(
    database: Database, contracts: Contracts
) -> None:
    names = await TokenNames(CHAIN, database, contracts).of({USDC})
    assert names[USDC].symbol == "USDC"
    assert contracts.asked == []


async def test_while_no_node_answers_names_are_missing_and_asked_for_again(
    database: Database, contracts: Contracts
) -> None:
    names = TokenNames(CHAIN, database, contracts)
    contracts.away = True
    assert SPAM not in await names.of({SPAM})
    contracts.away = False
    assert (await names.of({SPAM}))[SPAM].symbol == "T95"


async def test_many_tokens_are_asked_for_in_parts_until_nobody_answers(
    database: Database, contracts: Contracts
) -> None:
    many = {number.to_bytes(20) for number in range(1, 251)}
    contracts.away = True
    await TokenNames(CHAIN, database, contracts).of(many)
    assert [len(part) for part in contracts.asked] == [100]
    contracts.away = False
    names = await TokenNames(CHAIN, database, contracts).of(many)
    assert many <= names.keys()
    assert [len(part) for part in contracts.asked[1:]] == [100, 100, 50]


async def test_a_contract_that_spends_all_gas_does_not_cost_the_others_their_names(
    database: Database, contracts: Contracts
) -> None:
    contracts.greedy = SPAM
    others = {number.to_bytes(20) for number in range(1, 60)}
    names = TokenNames(CHAIN, database, contracts)
    found = await names.of(others | {SPAM})
    assert found[SPAM] == TokenRow(SPAM, None, None, None)
    assert all(found[other].symbol for other in others)
    asked = len(contracts.asked)
    await names.of(others | {SPAM})
    assert len(contracts.asked) == asked


async def test_memory_holds_so_many_tokens_and_the_database_the_others(
    database: Database, contracts: Contracts
) -> None:
    names = TokenNames(CHAIN, database, contracts, at_most=2)
    many = [number.to_bytes(20) for number in range(1, 6)]
    for token in many:
        await names.of({token})
    again = await names.of(many)
    assert set(again) == set(many)
    assert len(contracts.asked) == 5
    assert len(names) == 2
