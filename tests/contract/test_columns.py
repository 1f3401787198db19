"""Amounts, dollars and times come back exactly, and order and compare as numbers."""

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Column, ColumnElement, Integer, MetaData, Table, delete, func, select
from sqlalchemy.exc import StatementError

from data.columns import MAX_AMOUNT, Amount, Bytes, DatabaseNow, Dollars, UtcTime
from data.database import Database
from tests.effort import examples

things = Table(
    "things",
    MetaData(),
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("amount", Amount),
    Column("usd", Dollars),
    Column("at", UtcTime),
    Column("raw", Bytes),
)

on_a_database = settings(
    max_examples=examples(25),
    deadline=None,
    # every example empties the table first
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
amounts = st.one_of(
    st.integers(0, MAX_AMOUNT),
    st.integers(0, 256).map(lambda bits: (1 << bits) - 1),
    st.sampled_from([0, 9, 10, 2**63 - 1, 2**63, 2**64, MAX_AMOUNT - 1, MAX_AMOUNT]),
)
dollars = st.decimals(0, Decimal(10) ** 89, allow_nan=False, places=6)
since_1970 = st.integers(0, 8_000 * 365 * 24 * 3600 * 1_000_000)
times = since_1970.map(lambda microseconds: EPOCH + timedelta(microseconds=microseconds))


@pytest.fixture
async def shelf(database: Database) -> Database:
    async with database.write() as connection:
        await connection.run_sync(things.create)
    return database


async def put(database: Database, name: str, values: list[object]) -> None:
    async with database.write() as connection:
        await connection.execute(delete(things))
        rows = [{"id": position, name: value} for position, value in enumerate(values)]
        await connection.execute(things.insert(), rows)


async def column(database: Database, name: str, *where: ColumnElement[bool]) -> list[object]:
    async with database.read() as connection:
        statement = select(things.c[name]).where(*where).order_by(things.c[name], things.c.id)
        return list((await connection.execute(statement)).scalars())


@on_a_database
@given(values=st.lists(amounts, min_size=1, max_size=20), bound=amounts)
async def test_amounts_come_back_exactly_and_order_and_compare_as_numbers(
    shelf: Database, values: list[int], bound: int
) -> None:
    await put(shelf, "amount", list(values))

    assert await column(shelf, "amount") == sorted(values)
    assert await column(shelf, "amount", things.c.amount >= bound) == sorted(
        value for value in values if value >= bound
    )
    assert await column(shelf, "amount", things.c.amount == bound) == [
        value for value in values if value == bound
    ]


@on_a_database
@given(values=st.lists(dollars, min_size=1, max_size=20), bound=dollars)
async def test_dollars_come_back_exactly_and_order_and_compare_as_numbers(
    shelf: Database, values: list[Decimal], bound: Decimal
) -> None:
    await put(shelf, "usd", list(values))

    assert await column(shelf, "usd") == sorted(values)
    assert await column(shelf, "usd", things.c.usd <= bound) == sorted(
        value for value in values if value <= bound
    )


@on_a_database
@given(values=st.lists(times, min_size=1, max_size=20), bound=times)
async def test_times_come_back_to_the_microsecond_and_in_order(
    shelf: Database, values: list[datetime], bound: datetime
) -> None:
    await put(shelf, "at", list(values))

    assert await column(shelf, "at") == sorted(values)
    assert await column(shelf, "at", things.c.at < bound) == sorted(
        value for value in values if value < bound
    )


async def test_the_largest_and_least_of_a_column_are_values_too(shelf: Database) -> None:
    await put(shelf, "amount", [9, 10, MAX_AMOUNT])

    async with shelf.read() as connection:
        row = (
            await connection.execute(select(func.min(things.c.amount), func.max(things.c.amount)))
        ).one()

    assert tuple(row) == (9, MAX_AMOUNT)


async def test_dollars_are_cut_to_six_places(shelf: Database) -> None:
    value = Decimal("1234567890123456789012345678901234567890.123456999")

    await put(shelf, "usd", [value])

    expected = Decimal("1234567890123456789012345678901234567890.123456")
    assert await column(shelf, "usd") == [expected]


async def test_dollars_beyond_the_column_are_stored_as_the_most_it_holds(shelf: Database) -> None:
    await put(shelf, "usd", [Decimal(10) ** 200, Decimal(10) ** 90, Decimal(5)])

    found = await column(shelf, "usd")

    most = Decimal("9" * 90 + ".999999")
    assert found == [Decimal(5), most, most]


async def test_times_of_any_zone_come_back_in_utc(shelf: Database) -> None:
    there = datetime(2026, 1, 1, 3, 30, tzinfo=timezone(timedelta(hours=5, minutes=30)))

    await put(shelf, "at", [there])

    (found,) = await column(shelf, "at")
    assert isinstance(found, datetime)
    assert (found, found.tzinfo) == (datetime(2025, 12, 31, 22, tzinfo=UTC), UTC)


async def test_nothing_stays_nothing(shelf: Database) -> None:
    await put(shelf, "raw", [b"\0\xff", None])

    assert sorted(await column(shelf, "raw"), key=repr) == [None, b"\0\xff"]
    for name in ("amount", "usd", "at"):
        assert await column(shelf, name) == [None, None]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("amount", -1),
        ("amount", MAX_AMOUNT + 1),
        ("usd", Decimal(-1)),
        ("usd", Decimal("NaN")),
        ("usd", Decimal("Infinity")),
        ("at", datetime(2026, 1, 1)),  # noqa: DTZ001 - a time without a zone is what is refused
    ],
)
async def test_what_cannot_be_a_value_is_refused(shelf: Database, name: str, value: object) -> None:
    with pytest.raises(StatementError, match=r"amount lies|value in dollars|needs its zone"):
        await put(shelf, name, [value])


async def test_the_databases_clock_is_near_ours_and_takes_an_offset(database: Database) -> None:
    async with database.read() as connection:
        now, later, earlier = (
            await connection.execute(
                select(
                    DatabaseNow(),
                    DatabaseNow(timedelta(hours=1)),
                    DatabaseNow(-timedelta(microseconds=5_000)),
                )
            )
        ).one()

    assert abs(now - datetime.now(UTC)) < timedelta(seconds=30)
    assert abs(later - now - timedelta(hours=1)) < timedelta(seconds=30)
    assert earlier < later
    assert now.tzinfo is UTC


def test_statements_with_the_databases_clock_are_compiled_once_for_each_offset() -> None:
    def key(offset: timedelta) -> object:
        return select(DatabaseNow(offset))._generate_cache_key()

    hour = timedelta(hours=1)
    assert key(hour) == key(hour) is not None
    assert key(hour) != key(-hour)
