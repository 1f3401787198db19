"""`eth_call`: tokens, price feeds and Multicall3, as of the asked block."""

from __future__ import annotations

from decimal import Decimal

import pytest
from eth_abi.abi import decode, encode
from eth_hash.auto import keccak

from sandbox.chain import Chain, bsc_spec, chain_spec, ethereum_spec, hexes
from sandbox.chain.contracts import RevertedCallError

ROUND = ("uint80", "int256", "uint256", "uint256", "uint80")


def call(chain, target, signature, *arguments, types=(), block=None):
    data = keccak(signature.encode())[:4] + encode(types, arguments)
    return chain.contracts.call(hexes.address(target), data, block or chain.head)


def latest(chain, pair, block=None):
    feed = next(feed for feed in chain.spec.feeds if feed.pair == pair)
    return decode(ROUND, call(chain, feed.proxy, "latestRoundData()", block=block))


@pytest.mark.parametrize("spec", [ethereum_spec(), bsc_spec()], ids=["ethereum", "bsc"])
def test_every_curated_token_tells_its_metadata(spec):
    chain = Chain(spec, history=1)

    for token in spec.tokens:
        assert decode(("string",), call(chain, token.address, "symbol()")) == (token.symbol,)
        assert decode(("string",), call(chain, token.address, "name()")) == (token.name,)
        assert decode(("uint8",), call(chain, token.address, "decimals()")) == (token.decimals,)
        assert decode(("uint256",), call(chain, token.address, "totalSupply()"))[0] > 0


def test_hostile_tokens_answer_in_their_odd_ways(chain):
    by_symbol = {token.symbol: token.address for token in chain.spec.spam}

    old = call(chain, by_symbol["OLD32"], "symbol()")
    assert old == b"OLD32".ljust(32, b"\0")
    assert len(decode(("bytes",), call(chain, by_symbol["L" * 10_240], "name()"))[0]) == 10_240
    assert hexes.uint(255) == call(chain, by_symbol["MAXDEC"], "decimals()")
    with pytest.raises(RevertedCallError):
        call(chain, by_symbol["NOMETA"], "symbol()")


def test_an_unknown_function_reverts_and_an_unknown_address_answers_nothing(chain):
    with pytest.raises(RevertedCallError):
        call(chain, chain.spec.tokens[0].address, "launch()")
    assert call(chain, "0x" + "99" * 20, "symbol()") == b""


def test_a_feeds_round_is_fresh_and_near_its_price(chain):
    chain.mine(200)
    for feed in chain.spec.feeds:
        round_id, answer, started, updated, answered_in = latest(chain, feed.pair)

        age = chain.head.timestamp - updated
        assert 0 <= age < feed.heartbeat
        assert started == updated
        assert round_id == answered_in
        price = Decimal(answer).scaleb(-feed.decimals)
        assert abs(price / feed.price_usd - 1) < Decimal("0.05")


def test_prices_move_and_old_blocks_keep_theirs(chain):
    then = chain.head
    before = latest(chain, "ETH / USD")

    chain.mine(100)

    assert latest(chain, "ETH / USD")[1] != before[1]
    assert latest(chain, "ETH / USD")[0] > before[0]
    assert latest(chain, "ETH / USD", block=then) == before


def test_an_earlier_round_can_be_asked_for_and_a_later_one_reverts(chain):
    feed = chain.spec.feeds[0]
    current = latest(chain, feed.pair)

    def asked(number):
        return call(chain, feed.proxy, "getRoundData(uint80)", number, types=("uint80",))

    assert decode(ROUND, asked(current[0])) == current
    assert decode(ROUND, asked(current[0] - 1))[3] < current[3]
    with pytest.raises(RevertedCallError, match="No data present"):
        asked(current[0] + 1)


def test_a_pinned_price_begins_a_round_at_once_and_holds(chain):
    before = latest(chain, "ETH / USD")
    then = chain.head
    chain.mine(1)

    chain.set_price("ETH", "1234.5")

    pinned = latest(chain, "ETH / USD")
    assert pinned[1] == 123_450_000_000
    assert pinned[3] == chain.head.timestamp
    assert pinned[0] > before[0]
    assert latest(chain, "ETH / USD", block=then) == before
    chain.mine(300)
    held = latest(chain, "ETH / USD")
    assert held[1] == pinned[1]
    assert held[0] > pinned[0]


def test_the_wrapped_coin_follows_a_pinned_native_price(chain):
    chain.set_price("ETH", "1000")

    at = chain.head.timestamp
    assert chain.market.usd("ETH", at) == chain.market.usd("WETH", at) == 1000


def test_feeds_can_go_wrong_and_be_healed(chain):
    pair = "ETH / USD"
    well = latest(chain, pair)

    chain.set_feed_fault(pair, "stale")
    assert chain.head.timestamp - latest(chain, pair)[3] > 2 * 3600
    chain.set_feed_fault(pair, "zero")
    assert latest(chain, pair)[1] == 0
    chain.set_feed_fault(pair, "negative")
    assert latest(chain, pair)[1] == -well[1]
    chain.set_feed_fault(pair, "incomplete")
    assert latest(chain, pair)[3] == 0
    chain.set_feed_fault(pair, "reverting")
    with pytest.raises(RevertedCallError):
        latest(chain, pair)
    chain.set_feed_fault(pair, None)
    assert latest(chain, pair) == well
    with pytest.raises(KeyError):
        chain.set_feed_fault("ETH / EUR", "stale")


SYMBOL, DECIMALS = keccak(b"symbol()")[:4], keccak(b"decimals()")[:4]
CALLS = "(address,bytes)[]"
RESULTS = "(bool,bytes)[]"


def test_aggregate3_gathers_answers_and_failures(chain):
    spec = chain.spec
    reverting = next(token for token in spec.spam if token.style == "reverting")
    calls = [
        (spec.tokens[0].address, False, SYMBOL),
        (reverting.address, True, SYMBOL),
        ("0x" + "99" * 20, True, SYMBOL),
        (spec.feeds[0].proxy, True, DECIMALS),
    ]

    raw = call(
        chain,
        spec.multicall3,
        "aggregate3((address,bool,bytes)[])",
        calls,
        types=("(address,bool,bytes)[]",),
    )

    (results,) = decode((RESULTS,), raw)
    assert decode(("string",), results[0][1]) == ("WETH",)
    assert results[1] == (False, b"")
    assert results[2] == (True, b"")
    assert results[3] == (True, hexes.uint(8))


def test_a_failure_that_is_not_allowed_reverts_the_whole(chain):
    reverting = next(token for token in chain.spec.spam if token.style == "reverting")
    target = chain.spec.multicall3

    with pytest.raises(RevertedCallError, match="Multicall3: call failed"):
        call(
            chain,
            target,
            "tryAggregate(bool,(address,bytes)[])",
            True,
            [(reverting.address, SYMBOL)],
            types=("bool", CALLS),
        )
    lenient = call(
        chain,
        target,
        "tryAggregate(bool,(address,bytes)[])",
        False,
        [(reverting.address, SYMBOL)],
        types=("bool", CALLS),
    )
    assert decode((RESULTS,), lenient) == (((False, b""),),)


def test_multicall_knows_its_block(chain):
    target, block = chain.spec.multicall3, chain.head

    assert call(chain, target, "getBlockNumber()") == hexes.uint(block.number)
    assert call(chain, target, "getCurrentBlockTimestamp()") == hexes.uint(block.timestamp)
    assert call(chain, target, "getChainId()") == hexes.uint(1)
    assert call(chain, target, "getLastBlockHash()") == block.parent_hash
    asked = call(chain, target, "getBlockHash(uint256)", block.number - 2, types=("uint256",))
    assert asked == chain.ledger.at(block.number - 2).hash
    raw = call(
        chain,
        target,
        "tryBlockAndAggregate(bool,(address,bytes)[])",
        False,
        [(target, keccak(b"getBasefee()")[:4])],
        types=("bool", CALLS),
    )
    number, block_hash, results = decode(("uint256", "bytes32", RESULTS), raw)
    assert (number, block_hash) == (block.number, block.hash)
    assert results == ((True, hexes.uint(block.base_fee)),)


def test_malformed_arguments_revert(chain):
    with pytest.raises(RevertedCallError):
        call(chain, chain.spec.multicall3, "aggregate3((address,bool,bytes)[])")


def test_an_aggregator_stands_behind_each_feed_with_its_bounds(chain):
    feed = next(feed for feed in chain.spec.feeds if feed.pair == "ETH / USD")
    (behind,) = decode(("address",), call(chain, feed.proxy, "aggregator()"))
    (lowest,) = decode(("int192",), call(chain, behind, "minAnswer()"))
    (highest,) = decode(("int192",), call(chain, behind, "maxAnswer()"))

    assert 0 < lowest < latest(chain, "ETH / USD")[1] < highest
    chain.set_feed_fault("ETH / USD", "minimum")
    assert latest(chain, "ETH / USD")[1] == lowest
    chain.set_feed_fault("ETH / USD", "maximum")
    assert latest(chain, "ETH / USD")[1] == highest
    assert latest(chain, "ETH / USD")[3] > chain.head.timestamp - feed.heartbeat


def test_a_rollups_sequencer_goes_down_and_comes_up_again():
    chain = Chain(chain_spec("base"), history=3)
    then = chain.head

    def told(block=None):
        return decode(ROUND, call(chain, chain.spec.sequencer, "latestRoundData()", block=block))

    assert told()[1] == 0
    chain.mine()
    chain.set_sequencer(up=False)
    assert told()[1:3] == (1, chain.head.timestamp)
    assert told(then)[1] == 0
    chain.mine(20)
    chain.set_sequencer(up=True)
    assert told()[1:3] == (0, chain.head.timestamp)


def pair(chain, token, quote):
    answer = call(
        chain, chain.spec.factories[0].address, "getPair(address,address)", token, quote,
        types=("address", "address"),
    )  # fmt: skip
    return decode(("address",), answer)[0]


def balance(chain, token, holder):
    answer = call(chain, token, "balanceOf(address)", holder, types=("address",))
    return decode(("uint256",), answer)[0]


def test_priced_tokens_have_a_pool_that_holds_what_it_says(chain):
    spec = chain.spec
    link, wrapped = spec.token("LINK").address, spec.wrapped_native
    pool = pair(chain, link, wrapped)
    assert pool == pair(chain, wrapped, link)

    first, second, _ = decode(("uint112", "uint112", "uint32"), call(chain, pool, "getReserves()"))

    tokens = [decode(("address",), call(chain, pool, f"token{place}()"))[0] for place in (0, 1)]
    assert tokens == sorted((link.lower(), wrapped.lower()))
    assert (first, second) == tuple(balance(chain, token, pool) for token in tokens)
    at = chain.head.timestamp
    worth = Decimal(balance(chain, link, pool)) / 10**18 * chain.market.usd("LINK", at)
    assert abs(worth - 2_000_000) < 1


def test_a_pool_is_there_from_the_block_on_in_which_it_was_opened(chain):
    token = chain.add_token("FIN", usd="0.5")
    nobody = "0x" + "00" * 20
    chain.mine()
    then = chain.head
    chain.mine()
    opened = chain.add_pool(token, "USDC", "10000", factory=1, fee=500)

    def asked(fee, block=None):
        answer = call(
            chain, chain.spec.factories[1].address, "getPool(address,address,uint24)",
            token, chain.spec.token("USDC").address, fee,
            types=("address", "address", "uint24"), block=block,
        )  # fmt: skip
        return decode(("address",), answer)[0]

    assert asked(500) == opened
    assert asked(3000) == asked(500, then) == nobody
    assert call(chain, opened, "fee()") == hexes.uint(500)
    (root,) = decode(("uint160",), call(chain, opened, "slot0()")[:32])
    (liquidity,) = decode(("uint128",), call(chain, opened, "liquidity()"))
    held = balance(chain, chain.spec.token("USDC").address, opened)
    token_first = token < chain.spec.token("USDC").address.lower()
    virtual = liquidity * root >> 96 if token_first else (liquidity << 96) // root
    assert abs(virtual / held - 1) < 0.001


def test_a_pool_that_lies_claims_what_it_does_not_hold(chain):
    link, wrapped = chain.spec.token("LINK").address, chain.spec.wrapped_native
    pool = pair(chain, link, wrapped)
    honest = call(chain, pool, "getReserves()")
    held = balance(chain, wrapped, pool)

    chain.set_pool_fault(pool, "lying")
    assert call(chain, pool, "getReserves()") != honest
    assert balance(chain, wrapped, pool) == held
    chain.set_pool_fault(pool, "drained")
    assert balance(chain, wrapped, pool) == 0
    chain.set_pool_fault(pool, "reverting")
    with pytest.raises(RevertedCallError):
        call(chain, pool, "getReserves()")
    chain.set_pool_fault(pool, None)
    assert call(chain, pool, "getReserves()") == honest
