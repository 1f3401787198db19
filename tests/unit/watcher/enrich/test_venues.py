"""Where it happened: swaps through aggregators and settlements, lending, bridges, liquidity."""

from __future__ import annotations

import pytest
from eth_hash.auto import keccak

from data.model import Event, Movement, MovementKind, Standard, Transfer
from data.venues import venues_on
from data.venues.pools import addresses
from tests.unit.watcher.examples import (
    ALICE,
    BOB,
    CAROL,
    CHAIN,
    COLLECTION,
    ETHER,
    NAMES,
    POOL,
    PRICES,
    REF,
    SPAM,
    USDC,
    WRAPPED,
    ZERO,
    transaction,
    transfer,
)
from watcher.enrich import enrich
from watcher.match import primary

DOLLARS = 10**6
VENUES = venues_on("ethereum")
SOLVER = b"\x50" * 20


def known(name: str, kind: str) -> bytes:
    """The address of a venue, whichever."""
    return next(
        address
        for address, venue in sorted(VENUES.by_address.items())
        if (venue.name, venue.kind) == (name, kind)
    )


def derived(name: str) -> bytes:
    """The pool of USDC and the wrapped coin that a protocol has."""
    deployer = next(one for one in VENUES.deployers if one.venue == name)
    return list(addresses(deployer, *sorted((USDC, WRAPPED))))[-1]


def topic(signature: str) -> bytes:
    found: bytes = keccak(signature.encode())
    assert VENUES.meaning(found) is not None
    return found


ONE_INCH = known("1inch", "aggregator")
COW = known("CoW", "settlement")
UNISWAP_V2_ROUTER = known("Uniswap v2", "router")
UNISWAP_V2, UNISWAP_V3 = derived("Uniswap v2"), derived("Uniswap v3")
V4 = known("Uniswap v4", "pool")
POSITIONS = known("Uniswap v3", "positions")
AAVE = known("Aave v3", "lending")
ACROSS = known("Across", "bridge")
LIDO = known("Lido", "staking")
BEACON = known("the beacon chain", "staking")
TRADE = topic("Trade(address,address,address,uint256,uint256,uint256,bytes)")
FILL = topic("Fill(bytes32,address,address,uint256)")
CURVE_EXCHANGE = topic("TokenExchange(address,int128,uint256,int128,uint256)")
SUPPLY = topic("Supply(address,address,address,uint256,uint16)")
WITHDRAW = topic("Withdraw(address,address,address,uint256)")
BORROW = topic("Borrow(address,address,address,uint256,uint8,uint256,uint16)")
REPAY = topic("Repay(address,address,address,uint256,bool)")
FILLED = topic(
    "FilledRelay(bytes32,bytes32,uint256,uint256,uint256,uint256,uint256,uint32,uint32,bytes32,"
    "bytes32,bytes32,bytes32,bytes32,(bytes32,bytes32,uint256,uint8))"
)


def told(
    *transfers: Transfer,
    pools: tuple[bytes, ...] = (),
    events: tuple[tuple[bytes, bytes], ...] = (),
    signer: bytes = ALICE,
    target: bytes | None = None,
    of: bytes = ALICE,
) -> tuple[MovementKind, str | None]:
    made = transaction(
        *transfers,
        signer=signer,
        target=target,
        pools=frozenset(pools),
        events=tuple(Event(*event) for event in events),
    )
    (found,) = enrich(CHAIN, REF, [made], NAMES, PRICES)
    (one,) = [movement for movement in found if movement.address == of]
    return one.kind, one.venue


def bought(pool: bytes, payer: bytes = ALICE, through: bytes | None = None) -> list[Transfer]:
    """Ether for 3,000 dollars, out of a pool."""
    door = through or payer
    paid = [transfer(payer, door, 3_000 * DOLLARS, USDC)] if through else []
    got = [transfer(door, payer, ETHER, WRAPPED)] if through else []
    swap = transfer(door, pool, 3_000 * DOLLARS, USDC), transfer(pool, door, ETHER, WRAPPED)
    return [*paid, *swap, *got]


@pytest.mark.parametrize("name", ["Uniswap v2", "Uniswap v3", "SushiSwap", "PancakeSwap v3"])
def test_a_pool_is_known_by_the_address_that_its_tokens_give_it(name: str) -> None:
    pool = derived(name)
    assert told(*bought(pool), pools=(pool,)) == (MovementKind.SWAP, name)


def test_a_pool_that_nobody_knows_is_not_named() -> None:
    assert told(*bought(POOL), pools=(POOL,)) == (MovementKind.SWAP, None)


def test_the_one_vault_of_a_protocol_is_known_by_its_address() -> None:
    assert told(*bought(V4), pools=(V4,)) == (MovementKind.SWAP, "Uniswap v4")


def test_an_event_that_only_one_protocol_has_names_it() -> None:
    events = ((POOL, CURVE_EXCHANGE),)
    assert told(*bought(POOL), pools=(POOL,), events=events) == (MovementKind.SWAP, "Curve")


def test_two_pools_are_both_named_and_no_third() -> None:
    bridge = [
        transfer(UNISWAP_V3, POOL, ETHER, WRAPPED),
        transfer(POOL, ALICE, 9 * ETHER, SPAM),
    ]
    first = transfer(ALICE, UNISWAP_V3, 3_000 * DOLLARS, USDC)
    found = told(first, *bridge, pools=(UNISWAP_V3, POOL), events=((POOL, CURVE_EXCHANGE),))
    assert found == (MovementKind.SWAP, "Uniswap v3 and Curve")


def test_an_aggregator_is_named_before_the_pools_behind_it() -> None:
    moved = bought(UNISWAP_V3, through=ONE_INCH)
    assert told(*moved, pools=(UNISWAP_V3,), target=ONE_INCH) == (MovementKind.SWAP, "1inch")


def test_who_is_filled_by_a_settlement_need_not_have_signed() -> None:
    # given a batch of two orders, sent by a solver
    moved = [*bought(UNISWAP_V3, BOB, COW), *bought(UNISWAP_V2, CAROL, COW)]
    events = ((COW, TRADE), (COW, TRADE))
    batch = {"pools": (UNISWAP_V2, UNISWAP_V3), "events": events, "target": COW, "signer": SOLVER}
    # then both swapped at the settlement
    for trader in (BOB, CAROL):
        assert told(*moved, of=trader, **batch) == (MovementKind.SWAP, "CoW")  # type: ignore[arg-type]


def test_a_fill_through_a_contract_of_the_filler_is_known_by_its_event() -> None:
    reactor = known("UniswapX", "settlement")
    filler = [transfer(BOB, POOL, 3_000 * DOLLARS, USDC), transfer(POOL, BOB, ETHER)]
    found = told(*filler, events=((reactor, FILL),), signer=SOLVER, target=POOL, of=BOB)
    assert found == (MovementKind.SWAP, "UniswapX")


def test_what_a_known_router_unwraps_goes_on_to_who_sold() -> None:
    # given a sale for native coin, which no log shows leaving the router
    sold = [
        transfer(ALICE, UNISWAP_V2, 3_000 * DOLLARS, USDC),
        transfer(UNISWAP_V2, UNISWAP_V2_ROUTER, ETHER, WRAPPED),
        transfer(UNISWAP_V2_ROUTER, WRAPPED, ETHER, WRAPPED),
    ]
    made = transaction(*sold, target=UNISWAP_V2_ROUTER, pools=frozenset({UNISWAP_V2}))
    (found,) = enrich(CHAIN, REF, [made], NAMES, PRICES)
    of = {movement.address: movement for movement in found}
    # then the seller has it, and the router has nothing
    assert {(leg.token, leg.amount) for leg in of[ALICE].legs} == {
        (USDC, -3_000 * DOLLARS),
        (None, ETHER),
    }
    assert of[ALICE].kind is MovementKind.SWAP
    assert of[ALICE].venue == "Uniswap v2"
    assert UNISWAP_V2_ROUTER not in of


def test_a_tokens_own_sale_of_its_fees_is_not_the_sellers() -> None:
    # given a token that sells fees through the router that it is just sold through
    fees = [
        transfer(SPAM, POOL, 9, SPAM),
        transfer(POOL, UNISWAP_V2_ROUTER, ETHER, WRAPPED),
        transfer(UNISWAP_V2_ROUTER, WRAPPED, ETHER, WRAPPED),
    ]
    sold = [transfer(ALICE, POOL, 90, SPAM)]
    dollars = [
        transfer(POOL, UNISWAP_V2, 9 * ETHER, WRAPPED),
        transfer(UNISWAP_V2, ALICE, 27_000 * DOLLARS, USDC),
    ]
    coins = [
        transfer(POOL, UNISWAP_V2_ROUTER, 9 * ETHER, WRAPPED),
        transfer(UNISWAP_V2_ROUTER, WRAPPED, 9 * ETHER, WRAPPED),
    ]
    for got in (dollars, coins):
        for called in (UNISWAP_V2_ROUTER, known("Uniswap", "router")):
            made = transaction(*fees, *sold, *got, target=called, pools=frozenset({POOL}))
            (found,) = enrich(CHAIN, REF, [made], NAMES, PRICES)
            (alice,) = [movement for movement in found if movement.address == ALICE]
            # then only what logs show came, and it is a sale all the same
            assert all(leg.token is not None for leg in alice.legs)
            assert alice.kind is MovementKind.SWAP


def test_nothing_is_concluded_of_a_contract_that_nobody_knows() -> None:
    sold = [
        transfer(ALICE, UNISWAP_V2, 3_000 * DOLLARS, USDC),
        transfer(UNISWAP_V2, BOB, ETHER, WRAPPED),
        transfer(BOB, WRAPPED, ETHER, WRAPPED),
    ]
    found = told(*sold, target=BOB, pools=(UNISWAP_V2,))
    assert found == (MovementKind.SEND, None)


def test_what_is_sold_for_something_unseen_is_sold_nevertheless() -> None:
    # v4 pays native coin out of its vault, without unwrapping any
    sold = transfer(ALICE, V4, 3_000 * DOLLARS, USDC)
    router = known("Uniswap", "router")
    assert told(sold, pools=(V4,), target=router) == (MovementKind.SWAP, "Uniswap v4")


A_WETH, A_USDC, DEBT = b"\xa1" * 20, b"\xa2" * 20, b"\xa3" * 20


@pytest.mark.parametrize(
    ("transfers", "events", "kind"),
    [
        (
            [transfer(ALICE, A_WETH, ETHER, WRAPPED), transfer(ZERO, ALICE, ETHER, A_WETH)],
            [SUPPLY],
            MovementKind.DEPOSIT,
        ),
        # where events are not to be had, the aToken tells
        (
            [transfer(ALICE, A_WETH, ETHER, WRAPPED), transfer(ZERO, ALICE, ETHER, A_WETH)],
            [],
            MovementKind.DEPOSIT,
        ),
        (
            [transfer(ALICE, ZERO, ETHER, A_WETH), transfer(A_WETH, ALICE, ETHER, WRAPPED)],
            [WITHDRAW],
            MovementKind.WITHDRAW,
        ),
        (
            [transfer(A_USDC, ALICE, 50, USDC), transfer(ZERO, ALICE, 50, DEBT)],
            [BORROW],
            MovementKind.BORROW,
        ),
        (
            [transfer(ALICE, A_USDC, 50, USDC), transfer(ALICE, ZERO, 50, DEBT)],
            [REPAY],
            MovementKind.REPAY,
        ),
        # collateral in and a loan out at once
        (
            [
                transfer(ALICE, A_WETH, ETHER, WRAPPED),
                transfer(ZERO, ALICE, ETHER, A_WETH),
                transfer(A_USDC, ALICE, 1_000 * DOLLARS, USDC),
                transfer(ZERO, ALICE, 1_000 * DOLLARS, DEBT),
            ],
            [SUPPLY, BORROW],
            MovementKind.DEPOSIT,
        ),
    ],
)
def test_a_lending_market_is_no_swap(
    transfers: list[Transfer], events: list[bytes], kind: MovementKind
) -> None:
    said = tuple((AAVE, one) for one in events)
    assert told(*transfers, events=said, target=AAVE) == (kind, "Aave v3")


def test_a_wallet_that_is_a_contract_lends_as_well() -> None:
    moved = [transfer(BOB, A_WETH, ETHER, WRAPPED), transfer(ZERO, BOB, ETHER, A_WETH)]
    found = told(*moved, events=((AAVE, SUPPLY),), target=BOB, of=BOB)
    assert found == (MovementKind.DEPOSIT, "Aave v3")


def test_a_market_without_shares_is_known_by_its_address() -> None:
    comet = known("Compound v3", "lending")
    supply = topic("Supply(address,address,uint256)")
    withdrawal = topic("Withdraw(address,address,uint256)")
    given, gotten = transfer(ALICE, comet, 50, USDC), transfer(comet, ALICE, 50, USDC)
    assert told(given, target=comet) == (MovementKind.DEPOSIT, "Compound v3")
    assert told(given, events=((comet, supply),)) == (MovementKind.DEPOSIT, "Compound v3")
    assert told(gotten, events=((comet, withdrawal),)) == (MovementKind.WITHDRAW, "Compound v3")


def test_staking_is_a_deposit() -> None:
    staked = [transfer(ALICE, LIDO, 32 * ETHER), transfer(ZERO, ALICE, 32 * ETHER, LIDO)]
    assert told(*staked, target=LIDO) == (MovementKind.DEPOSIT, "Lido")
    given = transfer(ALICE, BEACON, 32 * ETHER)
    assert told(given, target=BEACON) == (MovementKind.DEPOSIT, "the beacon chain")


def test_bridges_are_entered_and_left() -> None:
    given, gotten = transfer(ALICE, ACROSS, 50, USDC), transfer(ACROSS, ALICE, 50, USDC)
    assert told(given, target=ACROSS) == (MovementKind.DEPOSIT, "Across")
    assert told(gotten, signer=BOB) == (MovementKind.WITHDRAW, "Across")
    burned = transfer(ALICE, ZERO, 50, USDC)
    assert told(burned, target=ACROSS) == (MovementKind.DEPOSIT, "Across")


def test_who_gets_a_bridges_money_from_a_relayer_got_it_from_the_bridge() -> None:
    paid = transfer(SOLVER, ALICE, 50, USDC)
    filled = {"events": ((ACROSS, FILLED),), "signer": SOLVER, "target": ACROSS}
    assert told(paid, **filled) == (MovementKind.WITHDRAW, "Across")  # type: ignore[arg-type]
    assert told(paid, of=SOLVER, **filled) == (MovementKind.SEND, None)  # type: ignore[arg-type]


def test_liquidity_is_given_and_taken_back() -> None:
    added = [
        transfer(ALICE, UNISWAP_V2, 3_000 * DOLLARS, USDC),
        transfer(ALICE, UNISWAP_V2, ETHER, WRAPPED),
        transfer(ZERO, ALICE, 55, UNISWAP_V2),
    ]
    removed = [
        transfer(ALICE, UNISWAP_V2, 55, UNISWAP_V2),
        transfer(UNISWAP_V2, ZERO, 55, UNISWAP_V2),
        transfer(UNISWAP_V2, ALICE, 3_000 * DOLLARS, USDC),
        transfer(UNISWAP_V2, ALICE, ETHER, WRAPPED),
    ]
    assert told(*added) == (MovementKind.DEPOSIT, "Uniswap v2")
    assert told(*removed) == (MovementKind.WITHDRAW, "Uniswap v2")


def test_the_pair_of_an_unknown_protocol_takes_liquidity_too() -> None:
    added = [
        transfer(ALICE, POOL, 3_000 * DOLLARS, USDC),
        transfer(ALICE, POOL, ETHER, WRAPPED),
        transfer(ZERO, ALICE, 55, POOL),
    ]
    assert told(*added) == (MovementKind.DEPOSIT, None)


def test_a_position_is_liquidity() -> None:
    opened = [
        transfer(ALICE, UNISWAP_V3, 3_000 * DOLLARS, USDC),
        transfer(ALICE, UNISWAP_V3, ETHER, WRAPPED),
        transfer(ZERO, ALICE, 1, POSITIONS)._replace(token_id=9, standard=Standard.ERC721),
    ]
    grown, collected = opened[:2], [transfer(UNISWAP_V3, ALICE, 30 * DOLLARS, USDC)]
    assert told(*opened, target=POSITIONS) == (MovementKind.DEPOSIT, "Uniswap v3")
    assert told(*grown, target=POSITIONS) == (MovementKind.DEPOSIT, "Uniswap v3")
    assert told(*collected, target=POSITIONS) == (MovementKind.WITHDRAW, "Uniswap v3")


def test_a_sale_of_new_tokens_is_no_deposit() -> None:
    sold = [transfer(ALICE, SPAM, ETHER), transfer(ZERO, ALICE, 10**24, SPAM)]
    assert told(*sold, target=SPAM) == (MovementKind.SWAP, None)


def test_a_payment_has_no_venue() -> None:
    assert told(transfer(ALICE, BOB, ETHER)) == (MovementKind.SEND, None)
    assert told(transfer(ALICE, BOB, ETHER), of=BOB) == (MovementKind.RECEIVE, None)


def shown(*transfers: Transfer, **parts: object) -> Movement | None:
    made = transaction(*transfers, **parts)  # type: ignore[arg-type]
    (found,) = enrich(CHAIN, REF, [made], NAMES, PRICES)
    return primary(CHAIN, made, found)


def test_a_feed_shows_who_was_filled_and_not_who_settled() -> None:
    # given a solver that keeps ten dollars of a batch
    moved = [*bought(UNISWAP_V3, BOB, COW), transfer(COW, SOLVER, 10 * DOLLARS, USDC)]
    found = shown(*moved, signer=SOLVER, target=COW, pools=frozenset({UNISWAP_V3}))
    assert found is not None
    assert found.address == BOB


def test_a_feed_shows_no_known_venue() -> None:
    # the signer moved nothing himself
    found = shown(*bought(UNISWAP_V3, BOB, ONE_INCH), signer=CAROL, target=POOL)
    assert found is not None
    assert found.address == BOB


def test_a_contract_is_shown_where_nobody_else_moved_nearly_as_much() -> None:
    moved = transfer(BOB, POOL, 100 * ETHER), transfer(POOL, COLLECTION, ETHER)
    found = shown(*moved, signer=CAROL, contracts=frozenset({BOB}))
    assert found is not None
    assert found.address == POOL
    alone = shown(transfer(BOB, ZERO, 100 * ETHER), signer=CAROL, contracts=frozenset({BOB}))
    assert alone is not None
    assert alone.address == BOB
