import csv
from collections import Counter, defaultdict
from pathlib import Path

import pytest

import data.labels
from data.addresses import checksummed, parse_address
from data.chains import known_chains
from data.labels import KINDS, Label, Labels, curated_labels
from data.labels.label import EVERYWHERE

FILES = sorted(Path(data.labels.__file__).parent.glob("*.csv"))
TABLES = {
    path.stem: list(csv.DictReader(path.read_text(encoding="utf-8").splitlines())) for path in FILES
}
ROWS = [row for rows in TABLES.values() for row in rows]
COLUMNS = ["chain", "address", "entity", "name", "kind", "status", "source"]
SHOWN = 40
"""Characters of a name that an alert shows."""


def test_every_row_is_whole_and_names_its_source() -> None:
    needed = [column for column in COLUMNS if column != "status"]

    assert len(ROWS) > 900
    assert [row for row in ROWS if list(row) != COLUMNS] == []
    assert [row for row in ROWS if not all(row[column].strip() for column in needed)] == []
    assert {row["status"] for row in ROWS} == {"", "defunct"}


def test_each_kind_has_its_table() -> None:
    kinds = {stem: {row["kind"] for row in rows} for stem, rows in TABLES.items()}

    assert kinds == {
        "exchanges": {"exchange"},
        "bridges": {"bridge"},
        "staking": {"staking"},
        "issuers": {"issuer"},
        "funds": {"fund"},
        "burn": {"burn"},
    }
    assert set().union(*kinds.values()) == KINDS - {"other"}
    assert Label.__doc__ is not None
    assert all(kind in Label.__doc__ for kind in KINDS)


def test_the_seven_chains_have_labels_of_their_own() -> None:
    assert {row["chain"] for row in ROWS} == {EVERYWHERE, *known_chains()}


def test_every_address_is_written_as_its_checksum_has_it() -> None:
    wrong = [row for row in ROWS if checksummed(parse_address(row["address"])) != row["address"]]

    assert wrong == []


def test_no_row_hides_another() -> None:
    keys = Counter((row["chain"], row["address"]) for row in ROWS)
    everywhere = {row["address"] for row in ROWS if row["chain"] == EVERYWHERE}
    twice = [row for row in ROWS if row["chain"] != EVERYWHERE and row["address"] in everywhere]

    assert [key for key, times in keys.items() if times > 1] == []
    assert twice == []
    assert len(curated_labels()) == len(ROWS)


def test_an_address_has_one_entity_unless_contracts_of_two_share_it() -> None:
    entities = defaultdict(set)
    for row in ROWS:
        if row["kind"] != "bridge":
            entities[row["address"]].add((row["entity"], row["kind"], row["status"]))

    assert {address: found for address, found in entities.items() if len(found) > 1} == {}


def test_an_entity_is_spelled_one_way() -> None:
    spelled = defaultdict(set)
    for entity in {row["entity"] for row in ROWS}:
        plain = "".join(filter(str.isalnum, entity.casefold()))
        for suffix in ("protocol", "finance", "network", "exchange", "capital", "research"):
            plain = plain.removesuffix(suffix)
        spelled[plain].add(entity)

    assert [entities for entities in spelled.values() if len(entities) > 1] == []


def test_names_can_be_shown_whole() -> None:
    texts = {row[column] for row in ROWS for column in ("entity", "name")}

    assert [text for text in texts if not text.isprintable() or len(text) > SHOWN] == []
    assert [text for text in texts if text != " ".join(text.split())] == []


@pytest.mark.parametrize("entity", ["FTX", "Celsius Network", "BlockFi", "Three Arrows Capital"])
def test_who_is_out_of_business_is_marked(entity: str) -> None:
    assert {row["status"] for row in ROWS if row["entity"] == entity} == {"defunct"}


def test_a_chains_own_label_goes_before_the_one_for_all() -> None:
    everywhere = Label("Binance", "Binance 14", "exchange")
    here = Label("Across", "Across: Bridge", "bridge")
    labels = Labels({("*", b"a"): everywhere, ("bsc", b"a"): here, ("bsc", b"b"): here})

    assert labels.of("ethereum", b"a") is everywhere
    assert labels.of("bsc", b"a") is here
    assert labels.of("ethereum", b"b") is None


def test_a_known_exchange_is_known_on_every_chain() -> None:
    binance = parse_address("0x28C6c06298d514Db089934071355E5743bf21d60")

    for chain in known_chains():
        found = curated_labels().of(chain, binance)
        assert found == Label("Binance", "Binance 14", "exchange")


def test_what_nobody_has_the_key_of_is_a_burn_address_on_every_chain() -> None:
    dead = parse_address("0x000000000000000000000000000000000000dEaD")

    assert {curated_labels().of(chain, dead) for chain in known_chains()} == {
        Label("Burn address", "Burn address", "burn")
    }
