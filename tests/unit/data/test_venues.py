"""The tables of venues: sound, sourced, and consistent with one another."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from eth_hash.auto import keccak

import data.venues
from data.addresses import parse_address
from data.chains import known_chains
from data.venues import TOPICS, Meaning, Venue, VenueKind, venues_on
from data.venues.pools import addresses

FOLDER = Path(data.venues.__file__).parent
CONTRACTS, EVENTS, DEPLOYERS = (
    list(csv.DictReader((FOLDER / f"{name}.csv").read_text(encoding="utf-8").splitlines()))
    for name in ("contracts", "topics", "deployers")
)
TOPIC_OF = {row["signature"]: bytes.fromhex(row["topic"][2:]) for row in EVENTS}


def test_every_row_names_its_source():
    assert all(row["source"].strip() for row in (*CONTRACTS, *EVENTS, *DEPLOYERS))


def test_addresses_have_their_checksums_and_are_named_once():
    keys = [(row["chain"], parse_address(row["address"])) for row in CONTRACTS]
    assert len(set(keys)) == len(keys)
    assert {chain for chain, _ in keys} == set(known_chains())
    assert all(parse_address(row["deployer"]) for row in DEPLOYERS)


def test_every_topic_is_the_hash_of_its_signature():
    for row in EVENTS:
        assert row["topic"] == "0x" + keccak(row["signature"].encode()).hex()
    assert len(TOPICS) == len(EVENTS)


def test_a_topic_is_peculiar_to_a_protocol_only_where_it_is():
    curve = TOPIC_OF["TokenExchange(address,int128,uint256,int128,uint256)"]
    shared = TOPIC_OF["Swap(address,uint256,uint256,uint256,uint256,address)"]
    assert venues_on("ethereum").venue_of_topic(curve) == "Curve"
    assert venues_on("bsc").venue_of_topic(curve) is None
    assert venues_on("ethereum").venue_of_topic(shared) is None
    assert venues_on("ethereum").meaning(curve) is Meaning.SWAP


def test_no_token_and_no_exchange_is_a_venue():
    for name, chain in known_chains().items():
        known = venues_on(name)
        venues = [venue for token in chain.tokens if (venue := known.at(token)) is not None]
        assert all(venue.kind is VenueKind.STAKING for venue in venues)
        assert known.at(chain.wrapped_native) is None


@pytest.mark.parametrize(
    ("name", "pools"),
    [
        # as the protocols' own interfaces and explorers show them
        ("Uniswap v2", {"b4e16d0168e52d35cacd2c6185b44281ec28c9dc"}),
        ("SushiSwap", {"397ff1542f962076d0bfe58ea045ffa2d347aca0"}),
        (
            "Uniswap v3",
            {
                "88e6a0c2ddd26feeb64f039a2c41296fcb3f5640",
                "8ad599c3a0ff1de082011efddc58f1908eb6e6d8",
            },
        ),
    ],
)
def test_the_pools_of_usdc_and_weth_are_where_they_are(name, pools):
    chain = known_chains()["ethereum"]
    (usdc,) = (token.address for token in chain.tokens_called("USDC"))
    (deployer,) = (one for one in venues_on("ethereum").deployers if one.venue == name)
    found = {one.hex() for one in addresses(deployer, *sorted((usdc, chain.wrapped_native)))}
    assert pools <= found


def test_the_own_tables_win_over_labels():
    across = parse_address("0x5c7BCd6E7De5423a257D81B442095A1a6ced35C5")
    assert venues_on("ethereum").at(across) == Venue("Across", VenueKind.BRIDGE)


def test_a_chain_that_nobody_knows_has_no_venues():
    known = venues_on("nowhere")
    assert not known.by_address
    assert known.pool(bytes(20), frozenset({bytes(20), b"\x01" * 20})) is None
    assert known.at(None) is None
