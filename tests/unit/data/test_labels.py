import csv
from collections import Counter
from pathlib import Path

import data.labels
from data.addresses import checksummed, parse_address
from data.labels import Label, Labels, curated_labels

FILES = sorted(Path(data.labels.__file__).parent.glob("*.csv"))
ROWS = [
    row for path in FILES for row in csv.DictReader(path.read_text(encoding="utf-8").splitlines())
]
# as chains are called; those that no file in data/chains follows yet wait for theirs
CHAINS = {"*", "ethereum", "bsc", "arbitrum", "avalanche", "base", "optimism", "polygon"}
KINDS = {"exchange", "bridge", "fund", "staking", "issuer", "burn"}


def test_every_row_is_whole_and_names_its_source() -> None:
    columns = ["chain", "address", "entity", "name", "kind", "source"]

    assert len(ROWS) > 900
    assert [row for row in ROWS if list(row) != columns] == []
    assert [row for row in ROWS if not all(value.strip() for value in row.values())] == []


def test_chains_and_kinds_are_known_ones() -> None:
    assert {row["chain"] for row in ROWS} <= CHAINS
    assert {row["kind"] for row in ROWS} == KINDS
    assert data.labels.Label.__doc__ is not None
    assert all(kind in data.labels.Label.__doc__ for kind in KINDS)


def test_every_address_is_written_as_its_checksum_has_it() -> None:
    wrong = [row for row in ROWS if checksummed(parse_address(row["address"])) != row["address"]]

    assert wrong == []


def test_no_row_hides_another() -> None:
    keys = Counter((row["chain"], row["address"]) for row in ROWS)

    assert [key for key, times in keys.items() if times > 1] == []
    assert len(curated_labels()) == len(ROWS)


def test_names_can_be_shown() -> None:
    shown = [row[column] for row in ROWS for column in ("entity", "name")]

    assert [text for text in shown if not text.isprintable() or len(text) > 80] == []


def test_a_chains_own_label_goes_before_the_one_for_all() -> None:
    everywhere = Label("Binance", "Binance 14", "exchange")
    here = Label("Across", "Across: Bridge", "bridge")
    labels = Labels({("*", b"a"): everywhere, ("bsc", b"a"): here, ("bsc", b"b"): here})

    assert labels.of("ethereum", b"a") is everywhere
    assert labels.of("bsc", b"a") is here
    assert labels.of("ethereum", b"b") is None


def test_a_known_exchange_is_known_on_every_chain() -> None:
    binance = parse_address("0x28C6c06298d514Db089934071355E5743bf21d60")

    for chain in ("ethereum", "bsc"):
        found = curated_labels().of(chain, binance)
        assert found is not None
        assert (found.entity, found.kind) == ("Binance", "exchange")
