"""LABELS_FILE: what an operator writes, and what is said when it is wrong."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.addresses import parse_address
from data.errors import ConfigurationError
from data.labels import Label, curated_labels, known_labels
from data.settings import load_settings

BINANCE_14 = "0x28C6c06298d514Db089934071355E5743bf21d60"
STRANGER = "0x8C8D7C46219D9205f056f28fee5950aD564d7465"
HEADER = "chain,address,entity,name,kind\n"
CHAINS = ("ethereum", "bsc")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "labels.csv"


def test_rows_are_added_and_win_over_the_curated_ones(file: Path) -> None:
    file.write_text(
        f"{HEADER}*,{BINANCE_14},Us,Our desk,fund\nbsc,{STRANGER.lower()},Them,A whale,Other\n"
    )

    labels = known_labels(file, CHAINS)

    assert labels.of("ethereum", parse_address(BINANCE_14)) == Label("Us", "Our desk", "fund")
    assert labels.of("bsc", parse_address(STRANGER)) == Label("Them", "A whale", "other")
    assert labels.of("ethereum", parse_address(STRANGER)) is None
    assert len(labels) == len(curated_labels()) + 1


def test_a_row_for_every_chain_wins_over_a_curated_one_for_a_single_chain(file: Path) -> None:
    deposits = "0x00000000219ab540356cBB839Cbe05303d7705Fa"  # known on Ethereum alone
    file.write_text(f"{HEADER}*,{deposits},Us,Not that,other\n")

    labels = known_labels(file, CHAINS)

    assert labels.of("ethereum", parse_address(deposits)) == Label("Us", "Not that", "other")


def test_a_row_for_one_chain_leaves_the_curated_one_on_the_others(file: Path) -> None:
    file.write_text(f"{HEADER}bsc,{BINANCE_14},Us,Our desk,fund\n")

    labels = known_labels(file, CHAINS)

    assert labels.of("bsc", parse_address(BINANCE_14)) == Label("Us", "Our desk", "fund")
    assert labels.of("ethereum", parse_address(BINANCE_14)) == Label(
        "Binance", "Binance 14", "exchange"
    )


def test_a_file_as_a_spreadsheet_saves_it(file: Path) -> None:
    text = (
        "\ufeffKind,Name,Entity,Address,Chain,Status,Source\r\n"
        "\r\n"
        f'exchange,"Old, cold",Mt. Gox,{STRANGER},ETHEREUM,Defunct,\r\n'
        ",,,,,,\r\n"
    )
    file.write_bytes(text.encode())

    labels = known_labels(file, CHAINS)

    found = labels.of("ethereum", parse_address(STRANGER))
    assert found == Label("Mt. Gox", "Old, cold", "exchange", defunct=True)


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (f"mars,{STRANGER},A,B,fund", "there is no chain 'mars': write bsc, ethereum, or [*] for"),
        ("*,0x12,A,B,fund", "'0x12': An address is 0x and 40 digits"),
        (f"*,{BINANCE_14[:-2]}60,A,B,fund", None),
        (f"*,{BINANCE_14.replace('dC', 'Dc').replace('bf2', 'Bf2')},A,B,fund", "its checksum"),
        (f"*,{STRANGER},A,B,whale", "there is no kind 'whale': write bridge, burn, exchange,"),
        (f"*,{STRANGER},,B,fund", "the entity is missing"),
        (f"*,{STRANGER},A, ,fund", "the name is missing"),
        (f"*,{STRANGER},A,B\u202eC,fund", "the name is one line of at most 64 characters"),
        (f"*,{STRANGER},{'A' * 65},B,fund", "the entity is one line of at most 64 characters"),
        (f"*,{STRANGER},A,B", "5 values are wanted, and there are 4$"),
        (f"*,{STRANGER},A,B,C,fund", "there are 6: put a name with a comma between quotes"),
        (f'*,{STRANGER},A,"B,fund', "this is no CSV"),
    ],
)
def test_a_wrong_line_is_told_by_its_number(file: Path, line: str, told: str | None) -> None:
    file.write_text(f"{HEADER}{line}\n", encoding="utf-8")

    if told is None:
        known_labels(file, CHAINS)
        return
    with pytest.raises(ConfigurationError, match=rf"line 2: .*{told}"):
        known_labels(file, CHAINS)


def test_all_wrong_lines_are_told_at_once_but_not_without_end(file: Path) -> None:
    file.write_text(HEADER + "mars\n" * 12 + f"*,{STRANGER},A,B,fund\n" * 2)

    with pytest.raises(ConfigurationError) as error:
        known_labels(file, CHAINS)

    lines = str(error.value).splitlines()
    assert len(lines) == 12
    assert lines[1].strip().startswith("line 2: 5 values are wanted, and there are 1")
    assert lines[-1].strip() == "and 3 more"


def test_the_same_address_twice_is_refused(file: Path) -> None:
    row = f"bsc,{STRANGER},A,B,fund\n"
    file.write_text(HEADER + row + f"ethereum,{STRANGER},A,B,fund\n" + row.lower())

    with pytest.raises(ConfigurationError, match=r"line 4: line 2 has the same chain and address$"):
        known_labels(file, CHAINS)


@pytest.mark.parametrize("header", ["", "\n\n", "chain;address\n", "chain,address,entity,name\n"])
def test_a_file_without_the_columns_says_which_there_are(file: Path, header: str) -> None:
    file.write_text(header)

    with pytest.raises(ConfigurationError, match="line 1: the columns are chain, address, entity"):
        known_labels(file, CHAINS)


def test_an_unknown_column_is_most_likely_a_slip(file: Path) -> None:
    file.write_text(f"chain,address,entity,name,kind,stauts\n*,{STRANGER},A,B,fund,defunct\n")

    with pytest.raises(ConfigurationError, match="line 1: the columns are"):
        known_labels(file, CHAINS)


def test_what_cannot_be_read_is_a_fault_of_the_setting(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    missing, no_file, latin = file, tmp_path, tmp_path / "latin.csv"
    latin.write_bytes(HEADER.encode() + b"*,x,\xe4,B,fund\n")

    for path, told in [(missing, "cannot be read"), (no_file, "cannot be read"), (latin, "UTF-8")]:
        monkeypatch.setenv("LABELS_FILE", str(path))
        with pytest.raises(ConfigurationError, match=f"^LABELS_FILE: .*{told}"):
            load_settings(_env_file=None)


def test_the_settings_hold_the_labels_for_both_processes(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file.write_text(f"{HEADER}*,{STRANGER},Us,Our desk,fund\n")
    assert load_settings(_env_file=None).labels is load_settings(_env_file=None).labels

    monkeypatch.setenv("LABELS_FILE", str(file))
    labels = load_settings(_env_file=None).labels

    assert labels.of("bsc", parse_address(STRANGER)) == Label("Us", "Our desk", "fund")


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=300))
def test_whatever_is_in_the_file_is_read_or_refused(tmp_path_factory, content: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "any.csv"
    path.write_bytes(HEADER.encode() + content)

    with suppress(ConfigurationError):
        assert len(known_labels(path, CHAINS)) >= len(curated_labels())
