"""A transaction is followed from the mempool to its end, in one message; and what gas costs."""

from __future__ import annotations

import pytest

from sandbox.telegram.messages import Message
from tests.e2e.product import STRANGER, WATCHED, Product


@pytest.mark.parametrize("any_database_url", ["postgres"], indirect=True)
async def test_one_message_tells_a_transaction_to_its_end_though_the_watcher_is_killed(
    product: Product,
) -> None:
    await product.start("watcher", "bot")
    chain = product.chain.chain

    # given a payment that waits, and somebody who asks for it
    waiting = chain.wait(STRANGER, WATCHED, 3 * 10**18)
    chain.mine()
    asked = await product.say(f"/tx {waiting.tx_hash}")
    assert "Looking for the transaction" in asked.text

    def message() -> Message:
        (one,) = [
            it
            for it in product.telegram.bot_messages(product.chat.id)
            if it.message_id == asked.message_id
        ]
        return one

    async def reads(text: str) -> None:
        async def there() -> bool:
            return text in message().text

        await product.until(there)

    await reads("Pending")
    assert "3 BNB" in message().text

    # when it is mined while no watcher runs
    await product.kill("watcher")
    mined = chain.include(waiting.tx_hash)
    await product.start("watcher")

    # then the next one tells of it, in the same message, until it is final
    await reads(f"block {mined.block_number:,}")

    async def final() -> bool:
        chain.mine()
        return "Confirmed and final" in message().text

    await product.until(final)
    assert len(product.telegram.bot_messages(product.chat.id)) == 1
    assert await product.stop() == {"watcher": 0, "bot": 0}


async def test_gas_is_told_from_what_the_watcher_publishes(embedded: Product) -> None:
    await embedded.start("watcher", "bot")
    chain = embedded.chain.chain

    async def told() -> bool:
        chain.mine(transactions=30)
        return "Transfer" in (await embedded.say("/gas bsc")).text

    await embedded.until(told)

    overview = (await embedded.say("/gas")).text
    assert "BNB Smart Chain" in overview
    assert "Swap $" in overview
    # it is the bot that answers, and no node is asked for it
    calls = {name for node in embedded.chain.nodes for name in node.tally.calls}
    assert not calls & {"eth_gasPrice", "eth_feeHistory", "eth_maxPriorityFeePerGas"}
    assert await embedded.stop() == {"watcher": 0, "bot": 0}
