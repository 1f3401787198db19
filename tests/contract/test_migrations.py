"""Every migration up, down and up again; the models match; nobody migrates twice or backwards."""

import asyncio
import os
import subprocess
import sys
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, MetaData, Table, inspect, text

from data.database import Database
from data.errors import ConfigurationError, SchemaTooNew
from data.migrate import alembic_config, check_schema, migrate, prepare_schema
from data.queries import chats
from data.tables import metadata
from tests.warm.process import ROOT, Warm


def stairs(connection: Connection) -> None:
    config = alembic_config(connection)
    scripts = ScriptDirectory.from_config(config)
    for script in reversed(list(scripts.walk_revisions())):
        command.upgrade(config, script.revision)
        command.downgrade(config, script.down_revision or "base")  # type: ignore[arg-type] # no merges
        command.upgrade(config, script.revision)


def tables_of(connection: Connection) -> set[str]:
    return set(inspect(connection).get_table_names())


async def test_every_migration_goes_up_down_and_up(any_database_url: str) -> None:
    database = Database(any_database_url)
    async with database.rebuild() as connection:
        await connection.run_sync(stairs)
    await check_schema(database)
    async with database.rebuild() as connection:
        await connection.run_sync(lambda found: command.downgrade(alembic_config(found), "base"))
        left = await connection.run_sync(tables_of)
    await database.close()

    assert left <= {"alembic_version"}


def a_row(table: Table) -> dict[str, Any]:
    """Of the first version: everything in it is the first of its kind."""
    values: dict[type[Any], Any] = {
        bool: False,
        bytes: b"1",
        datetime: datetime(2026, 1, 1, tzinfo=UTC),
        Decimal: Decimal(1),
        int: 1,
        str: "1",
    }
    return {
        column.name: values[column.type.python_type]
        for column in table.c
        if column.foreign_keys or not column.nullable
    }


def contents(connection: Connection) -> dict[str, Any]:
    """How many rows each of the first tables has, and by whom its alert was told."""
    found: dict[str, Any] = {
        name: connection.execute(text(f"SELECT count(*) FROM {name}")).scalar_one()
        for name in ("chats", "watches", "movements", "legs", "messages", "alerts", "chat_queues")
    }
    told = connection.execute(text("SELECT message_id FROM alerts"))
    return found | {"told in": told.scalars().all()}


async def test_no_migration_takes_along_what_refers_to_a_table(any_database_url: str) -> None:
    # given a database of the first version with a row in every table
    database = Database(any_database_url)
    async with database.rebuild() as connection:
        scripts = await connection.run_sync(
            lambda found: ScriptDirectory.from_config(alembic_config(found))
        )
        *_later, first = (one.revision for one in scripts.walk_revisions())
        await connection.run_sync(lambda found: command.upgrade(alembic_config(found), first))
    async with database.write() as connection:
        known = MetaData()
        await connection.run_sync(known.reflect)
        for table in known.sorted_tables:
            if table.name != "alembic_version":
                await connection.execute(table.insert().values(a_row(table)))
        before = await connection.run_sync(contents)
    assert before["alerts"] == before["legs"] == 1

    # when it is brought to this version as a process does at its start
    await migrate(database)

    # then everything is still there, and so it is on the way back
    async with database.read() as connection:
        assert await connection.run_sync(contents) == before
    async with database.rebuild() as connection:
        await connection.run_sync(lambda found: command.downgrade(alembic_config(found), first))
        assert await connection.run_sync(contents) == before
    await database.close()


async def test_the_models_match_the_migrations(database: Database) -> None:
    def differences(connection: Connection) -> list[object]:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return list(compare_metadata(context, metadata))

    async with database.read() as connection:
        assert await connection.run_sync(differences) == []
        assert await connection.run_sync(tables_of) == {*metadata.tables, "alembic_version"}


async def test_migrating_again_changes_nothing(database: Database) -> None:
    await migrate(database)
    await check_schema(database)


async def test_a_failed_migration_leaves_nothing(
    any_database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail_late(config: object, revision: str) -> None:
        upgrade(config, revision)  # type: ignore[arg-type]
        raise RuntimeError("killed")

    upgrade = command.upgrade
    monkeypatch.setattr(command, "upgrade", fail_late)
    database = Database(any_database_url)
    with pytest.raises(RuntimeError, match="killed"):
        await migrate(database)
    async with database.read() as connection:
        left = await connection.run_sync(tables_of)
    await database.close()

    assert left == set()


async def test_many_may_migrate_at_once(any_database_url: str) -> None:
    several = [Database(any_database_url) for _ in range(4)]

    await asyncio.gather(*(migrate(database) for database in several))

    for database in several:
        await check_schema(database)
        await database.close()


async def migrated(warm: Warm, url: str, folder: Path) -> tuple[int, str, str]:
    """The command: its exit status, and what it wrote to stdout and stderr."""
    environment = {"PATH": os.environ["PATH"], "DATABASE_URL": url, "PYTHONWARNINGS": "error"}
    return await warm.ended("data.migrate", env=environment, cwd=folder)


async def test_two_processes_may_migrate_at_once(
    any_database_url: str, warm: Warm, tmp_path: Path
) -> None:
    both = (migrated(warm, any_database_url, tmp_path) for _ in range(2))

    assert await asyncio.gather(*both) == [(0, "", ""), (0, "", "")]
    database = Database(any_database_url)
    await check_schema(database)
    async with database.read() as connection:
        assert await chats.count(connection) == 0
    await database.close()


async def test_a_newer_schema_is_refused_and_left_alone(
    database: Database, migrated_database_url: str, warm: Warm, tmp_path: Path
) -> None:
    async with database.write() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    for migrate_now in (True, False):
        with pytest.raises(SchemaTooNew, match="9999"):
            await prepare_schema(database, migrate_now=migrate_now)
    code, _, err = await migrated(warm, migrated_database_url, tmp_path)

    assert code == 78
    assert err.count("\n") == 1
    assert "9999" in err
    async with database.read() as connection:
        found = await connection.execute(text("SELECT version_num FROM alembic_version"))
        assert found.scalar_one() == "9999"


async def test_without_automatic_migration_an_old_schema_is_told(any_database_url: str) -> None:
    database = Database(any_database_url)

    with pytest.raises(ConfigurationError, match=r"python -m data\.migrate"):
        await prepare_schema(database, migrate_now=False)
    async with database.read() as connection:
        assert await connection.run_sync(tables_of) == set()
    await prepare_schema(database, migrate_now=True)
    await prepare_schema(database, migrate_now=False)
    await database.close()


@pytest.mark.parametrize(
    "url",
    [
        "mysql://root:hunter22@db/spyhop",
        "postgresql://spyhop:hunter22@db/spyhop",
        "spyhop:hunter22@db",
        "postgresql+asyncpg://spyhop:hunter22@db:no/spyhop",
        "postgresql+asyncpg://spyhop:hunter22@db/spyhop?sslmode=require",
    ],
)
def test_a_bad_database_url_is_told_without_its_password(url: str) -> None:
    with pytest.raises(ConfigurationError, match="DATABASE_URL") as caught:
        Database(url)

    assert "hunter22" not in str(caught.value)


async def test_a_bad_database_url_ends_the_command_with_one_sentence(
    warm: Warm, tmp_path: Path
) -> None:
    code, out, err = await migrated(warm, "mysql://root:hunter22@db/spyhop", tmp_path)

    assert (code, out, err.count("\n")) == (78, "", 1)
    assert "DATABASE_URL" in err
    assert "hunter22" not in err


@pytest.mark.parametrize(
    "url",
    [
        "postgresql+asyncpg://spyhop:hunter22@127.0.0.1:1/spyhop",
        f"sqlite+aiosqlite:///{ROOT / 'LICENSE'}",
    ],
)
async def test_a_database_out_of_reach_is_told_in_one_sentence(
    url: str, warm: Warm, tmp_path: Path
) -> None:
    code, out, err = await migrated(warm, url, tmp_path)

    assert (code, out, err.count("\n")) == (1, "", 1)
    assert err.startswith("spyhop: the database cannot be reached: ")
    assert "hunter22" not in err


async def test_a_refused_password_is_told_in_one_sentence(
    postgres_url: str, warm: Warm, tmp_path: Path
) -> None:
    start, _, rest = postgres_url.rpartition("@")
    url = f"{start.rpartition(':')[0]}:hunter22@{rest}"
    code, _, err = await migrated(warm, url, tmp_path)

    assert (code, err.count("\n")) == (1, 1)
    assert "password authentication failed" in err
    assert "hunter22" not in err


def test_without_a_url_the_data_folder_is_made(tmp_path: Path) -> None:
    # a start as it is, with all that has to be imported
    done = subprocess.run(
        [sys.executable, "-W", "error", "-m", "data.migrate"],
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "DATABASE_URL": ""},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
    )

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert (tmp_path / "var" / "spyhop.db").exists()
