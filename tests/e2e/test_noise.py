"""A wallet whose history is poisoned: its chat hears nothing of it, and why when it asks."""

from __future__ import annotations

import pytest

from sandbox.chain import deceit
from tests.e2e.product import STRANGER, WATCHED, Product


@pytest.mark.parametrize("any_database_url", ["postgres"], indirect=True)
async def test_a_poisoned_wallets_chat_hears_nothing_and_can_ask_why(product: Product) -> None:
    chain = product.chain.chain
    await product.start("watcher", "bot")
    await product.say(f"/watch {WATCHED} $0.10 Treasury")
    product.pay(250_000)
    await product.see("250,000 USDT")

    poisoned = deceit.poison(chain, "USDT", WATCHED, STRANGER)
    dusted = deceit.dust(chain, "USDT", WATCHED, STRANGER, 10**18 // 2)
    faked = deceit.imitate(chain, "UЅDТ", WATCHED, 5_000_000 * 10**6)
    product.pay(150_000)
    await product.see("150,000 USDT")
    await product.delivered()

    assert len(product.alerts("")) == 2
    answer = (await product.say(f"/why {poisoned.tx_hash}")).text
    assert "a transfer of 0 moves nothing" in answer
    assert STRANGER in answer.lower()
    assert deceit.look_alike(STRANGER) in answer.lower()
    answer = (await product.say(f"/why {dusted.tx_hash}")).text
    assert "Kept out as noise, by the rule against look-alikes" in answer
    answer = (await product.say(f"/why {faked.tx_hash}")).text
    assert "no price is known" in answer


async def test_a_chat_that_lets_look_alikes_in_is_told_with_a_warning(embedded: Product) -> None:
    chain = embedded.chain.chain
    await embedded.start("watcher", "bot")
    await embedded.say(f"/watch {WATCHED} $100k Treasury")
    await embedded.say("/noise look-alikes off")
    embedded.pay(250_000)
    await embedded.see("250,000 USDT")

    poisoned = deceit.poison(chain, "USDT", WATCHED, STRANGER)
    (alert,) = await embedded.see("Look-alike: made")

    assert f"/tx/{poisoned.tx_hash}" in str(alert.entities)


async def test_an_airdrop_and_an_imitation_are_kept_out_where_no_price_is_asked_for(
    embedded: Product,
) -> None:
    chain = embedded.chain.chain
    await embedded.start("watcher", "bot")
    await embedded.say(f"/watch {WATCHED} $100k Treasury")
    await embedded.say("/unpriced 1 tell")

    given = deceit.airdrop(
        chain, deceit.spam(chain, "MAXDEC"), [WATCHED, *deceit.strangers(150)], 10**18
    )
    faked = deceit.imitate(chain, "UЅDТ", WATCHED, 5_000_000 * 10**6)
    embedded.pay(250_000)
    await embedded.see("250,000 USDT")
    await embedded.delivered()

    assert len(embedded.alerts("")) == 1
    for tx_hash, rule in ((given.tx_hash, "airdrops"), (faked.tx_hash, "imitations")):
        answer = (await embedded.say(f"/why {tx_hash}")).text
        assert f"Kept out as noise, by the rule against {rule}" in answer
