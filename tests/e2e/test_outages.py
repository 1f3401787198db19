"""Redis, PostgreSQL and Telegram go away, one after another: the health check says which, and what
happened meanwhile is told when they are back, in order and once."""

from __future__ import annotations

from functools import partial

from tests.e2e.ground import Ground
from tests.e2e.product import WATCHED


async def test_what_happens_during_an_outage_is_told_after_it(ground: Ground) -> None:
    product = ground.product
    await product.start("watcher", "bot")
    await product.say(f"/watch {WATCHED} $100k")
    paid: list[int] = []

    def pay() -> str:
        paid.append(200_001 + len(paid))
        product.pay(paid[-1])
        return f"{paid[-1]:,} USDT"

    await product.see(pay())

    # Redis
    await ground.apart(partial(ground.valkey.stop, grace=0))
    pay()
    await ground.says_of("redis", "fail: nobody answers")
    await ground.apart(ground.valkey.start)
    await product.see(pay())

    # the database
    await ground.apart(ground.postgres.kill)
    pay()
    await ground.says_of("database", "fail: ")
    await ground.apart(ground.postgres.start)
    await product.see(pay())

    # Telegram
    product.telegram.go_down()
    pay()
    pay()
    await ground.says_of("bot", "no answer from Telegram")
    product.telegram.come_up()
    await product.see(pay())
    await product.delivered()

    assert await ground.said_of("redis") == "ok: answers"
    assert await ground.said_of("database") == "ok: postgresql answers"
    told = [[amount for amount in paid if f"{amount:,} USDT" in message.text]
            for message in product.alerts("USDT")]  # fmt: skip
    assert [amount for amounts in told for amount in sorted(amounts)] == paid
    assert set((await product.stop()).values()) == {0}
