"""A block comes in, an alert arrives in the chat: the real processes, end to end."""

import asyncio
import json
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

from data.database import Database
from data.migrate import migrate
from tests.e2e.product import DEADLINE, STRANGER, WATCHED, Product
from tests.warm.process import ROOT


async def test_a_watched_transfer_alerts_once_and_says_what_happened(product: Product) -> None:
    product.chain.chain.set_price("USDT", "0.9998")
    await product.start("watcher", "bot")
    answer = await product.say(f"/watch {WATCHED} $100k Treasury")
    assert "Treasury" in answer.text

    tx_hash = product.pay(250_000)
    product.chain.chain.mine(3, transactions=20)
    await product.see("250,000 USDT")
    await product.caught_up()

    (alert,) = product.alerts("250,000 USDT")
    assert "Received 250,000 USDT" in alert.text
    assert "$249" in alert.text
    assert "Treasury" in alert.text
    assert "BNB Smart Chain" in alert.text
    links = str(alert.entities)
    assert f"/tx/{tx_hash}" in links
    assert STRANGER in links.lower()
    assert WATCHED in links.lower()
    assert alert.link_preview_options is not None
    assert alert.link_preview_options["is_disabled"]
    assert await product.stop() == {"watcher": 0, "bot": 0}


async def test_what_is_below_the_threshold_or_not_watched_does_not_alert(
    embedded: Product,
) -> None:
    await embedded.start("watcher", "bot")
    await embedded.say(f"/watch {WATCHED} $100k")

    embedded.pay(99_000)
    embedded.pay(5_000_000, recipient="0x" + "c3" * 20)
    embedded.pay(150_000)
    await embedded.see("150,000 USDT")

    assert embedded.alerts("99,000") == []
    assert embedded.alerts("5,000,000") == []


async def test_a_feed_shows_one_alert_for_one_transaction(embedded: Product) -> None:
    await embedded.start("watcher", "bot")
    await embedded.say("/whales bsc 1m")
    await embedded.say(f"/watch {WATCHED} $100k")
    await embedded.say(f"/watch {STRANGER} $100k")

    embedded.pay(3_000_000)
    embedded.pay(2_000_000, recipient="0x" + "c3" * 20)
    await embedded.see("2,000,000 USDT")
    await embedded.caught_up()

    assert len(embedded.alerts("3,000,000 USDT")) == 1
    assert len(embedded.alerts("2,000,000 USDT")) == 1


async def test_a_watch_made_a_second_ago_counts_and_a_removed_one_does_not(
    embedded: Product,
) -> None:
    await embedded.start("watcher", "bot")
    await embedded.say(f"/watch {WATCHED} $100k")
    embedded.pay(200_000)
    await embedded.see("200,000 USDT")

    await embedded.say("/unwatch 1")
    embedded.pay(300_000)
    await embedded.caught_up()
    await embedded.say(f"/watch {WATCHED} $100k")
    embedded.pay(400_000)
    await embedded.see("400,000 USDT")

    assert embedded.alerts("300,000 USDT") == []


async def test_units_of_the_native_coin_include_the_wrapped_one(embedded: Product) -> None:
    await embedded.start("watcher", "bot")
    await embedded.say(f"/watch {WATCHED} 50 BNB")

    embedded.chain.chain.transfer(STRANGER, WATCHED, 49 * 10**18)
    embedded.chain.chain.transfer(STRANGER, WATCHED, 51 * 10**18)
    embedded.chain.chain.transfer_erc20("WBNB", STRANGER, WATCHED, 52 * 10**18)
    await embedded.see("52 WBNB")
    await embedded.caught_up()

    assert len(embedded.alerts("51 BNB")) == 1
    assert embedded.alerts("49 BNB") == []


async def test_the_health_check_tells_a_working_product_from_a_dead_one(
    embedded: Product,
) -> None:
    await embedded.start("watcher", "bot")
    alive, checks = await _health(embedded)
    async with asyncio.timeout(DEADLINE):  # what has just begun has not made its round yet
        while any("it never wrote anything" in check["detail"] for check in checks):
            alive, checks = await _health(embedded)
    assert alive == 0, checks
    assert {check["name"] for check in checks} >= {"database", "redis", "bot", "bsc", "outbox"}
    assert sum(check["name"].startswith("bsc http://127.0.0.1") for check in checks) == 2
    assert all(check["verdict"] == "ok" for check in checks), checks

    await embedded.chain.nodes[0].break_with("status", code=503)
    await embedded.chain.nodes[1].break_with("status", code=503)
    await embedded.stop()
    redis_away = embedded.environment | {"REDIS_URL": "redis://127.0.0.1:1/0"}
    dead, checks = await _health(embedded, redis_away)
    assert dead == 1
    assert {check["name"]: check["verdict"] for check in checks}["redis"] == "fail"
    told = {check["name"]: check["detail"] for check in checks}
    assert "watcher not running" in told["bsc"]


async def _health(
    product: Product, environment: dict[str, str] | None = None
) -> tuple[int, list[dict[str, str]]]:
    status, out, err = await product.warm.ended(
        "check_health.py", "--json", env=environment or product.environment, within=DEADLINE
    )
    assert out, err
    return status, json.loads(out)["checks"]


async def test_the_health_check_does_not_wait_for_a_locked_database(tmp_path: Path) -> None:
    database = Database(f"sqlite+aiosqlite:///{tmp_path / 'spyhop.db'}")
    await migrate(database)
    await database.close()
    environment = {"PATH": os.environ["PATH"], "DATA_DIR": str(tmp_path)}
    with closing(sqlite3.connect(tmp_path / "spyhop.db", isolation_level=None)) as locked:
        locked.execute("PRAGMA locking_mode = EXCLUSIVE")
        locked.execute("BEGIN EXCLUSIVE")
        locked.execute("CREATE TABLE held (id INTEGER)")
        # a start as it is, with all that has to be imported
        ended = await asyncio.to_thread(
            subprocess.run,
            [sys.executable, "check_health.py", "--json"],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            timeout=DEADLINE,
        )

    assert ended.returncode == 1, ended.stderr
    told = {check["name"]: check["detail"] for check in json.loads(ended.stdout)["checks"]}
    assert "no answer within" in told["database"]
