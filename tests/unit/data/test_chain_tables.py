"""A chain's table that is mistyped or hostile ends in a sentence that names file and key."""

import tomllib
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data.chains import known_chains, load_chain
from data.errors import ConfigurationError
from data.model import Chain
from data.settings import load_settings

EXAMPLE = """
name = "orcanet"
title = "Orca Net"
aliases = ["orca", "or"]
family = "evm"
chain_id = 7331
block_time = 1.5
keep_hashes = 300
retract_after = 4

[native]
symbol = "ORC"
decimals = 18
wrapped = "0x4200000000000000000000000000000000000006"
feed = "ORC / USD"
logs_from = 90

[integrity]
bloom_from = 12

[system]
types = [0x7e, 100]
minting_types = [100]
contracts = ["0x0000000000000000000000000000000000001000"]

[finality]
safe_depth = 5
finalized_depth = 20

[explorer]
tx = "https://orca.example/tx/{hash}"
address = "https://orca.example/address/{address}"
block = "https://orca.example/block/{number}"

[multicall3]
address = "0xcA11bde05977b3631167028862bE2a173976CA11"

[[nodes]]
url = "http://node.orca.example"

[[sockets]]
url = "ws://node.orca.example:8546"

[[feeds]]
pair = "ORC / USD"
proxy = "0x371EAD81c9102C9BF4874A9075FFFf170F2Ee389"
decimals = 18
heartbeat = 600

[[tokens]]
symbol = "USDC"
name = "USD Coin"
address = "0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48"
decimals = 6

[[tokens]]
symbol = "WORC"
name = "Wrapped Orc"
address = "0x4200000000000000000000000000000000000006"
decimals = 18
feed = "ORC / USD"

[[quotes]]
symbol = "WORC"
address = "0x4200000000000000000000000000000000000006"

[[factories]]
title = "Orca Swap v3"
kind = "v3"
address = "0x1F98431c8aD98523631AE4a59f267346ea31F984"
fees = [500, 3000]

[[factories]]
title = "Orca Swap v2"
kind = "v2"
address = "0x5C69bEe701ef814a2B6a3EDD4B1652CB9cc5aA6f"

[price_source]
name = "orc"
"""


def written(folder: Path, text: str, name: str = "orcanet") -> Path:
    path = folder / f"{name}.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_reads_a_whole_table(tmp_path: Path) -> None:
    chain = load_chain(written(tmp_path, EXAMPLE))

    assert (chain.name, chain.title, chain.chain_id) == ("orcanet", "Orca Net", 7331)
    assert chain.aliases == ("orca", "or")
    assert (chain.integrity.bloom_from, chain.integrity.receipts_root_from) == (12, None)
    assert (chain.finality.safe_depth, chain.finality.finalized_depth) == (5, 20)
    assert chain.feeds["ORC / USD"].heartbeat == 600
    assert chain.ws_urls == ("ws://node.orca.example:8546",)
    assert chain.sequencer_feed is None
    assert (chain.system.types, chain.system.minting_types) == ({0x7E, 100}, {100})
    assert chain.system.contracts == {bytes(18) + b"\x10\x00"}
    assert chain.native_logs_from == 90
    assert chain.quotes == (chain.wrapped_native,)
    assert [(made.kind.value, made.fees) for made in chain.factories] == [
        ("v3", (500, 3000)),
        ("v2", ()),
    ]
    assert chain.price_source_name == "orc"
    (usdc,) = chain.tokens_called("usdc")
    assert usdc.feed is None


WRONG = [
    ('title = "Orca Net"', "", "title: it is missing"),
    ('title = "Orca Net"', 'titel = "Orca Net"', "title: it is missing"),
    ('title = "Orca Net"', "title = 5", "title: text in quotes is wanted"),
    ('title = "Orca Net"', 'title = "Orca\\u202eNet"', "title: text in quotes is wanted"),
    ('title = "Orca Net"', 'title = ""', "title: text in quotes is wanted"),
    ('name = "orcanet"', 'name = "orca"', "name: the file's name says 'orcanet'"),
    ('name = "orcanet"', 'name = "Orca Net"', "name: a small letter .* is wanted"),
    ('family = "evm"', 'family = "solana"', 'family: "evm" is wanted'),
    ('["orca", "or"]', '"orca"', "aliases: a list is wanted"),
    ('["orca", "or"]', '["orca", 5]', "aliases: a list is wanted of which each part is"),
    ('["orca", "or"]', '["all"]', "aliases: all stands for every chain"),
    ("chain_id = 7331", "chain_id = 0", "chain_id: a whole number from 1"),
    ("chain_id = 7331", "chain_id = 1.5", "chain_id: a whole number"),
    ("chain_id = 7331", "chain_id = true", "chain_id: a whole number"),
    ("block_time = 1.5", "block_time = nan", "block_time: a number of seconds from 0.05"),
    ("block_time = 1.5", "block_time = inf", "block_time: a number of seconds"),
    ("block_time = 1.5", "block_time = 0", "block_time: a number of seconds"),
    ("block_time = 1.5", 'block_time = "1.5"', "block_time: a number of seconds"),
    ("keep_hashes = 300", "keep_hashes = 20", "keep_hashes: more than finality.finalized_depth"),
    ("keep_hashes = 300", "keep_hashes = 100000000", "keep_hashes: a whole number from 2"),
    ("retract_after = 4", "retract_after = -4", "retract_after: a whole number from 1"),
    (
        "retract_after = 4",
        "retract_after = 4\nretract_afer = 5",
        "'retract_afer': there is no such",
    ),
    ("decimals = 18\nwrapped", "decimals = 255\nwrapped", "native.decimals: a whole number"),
    ('feed = "ORC / USD"', 'feed = "ETH / USD"', "native.feed: no row of .*feeds.* has that pair"),
    ("bloom_from = 12", 'bloom_from = "0"', "integrity.bloom_from: a whole number from 0"),
    ("bloom_from = 12", "deposit_nonces = 1", "integrity.deposit_nonces: true or false"),
    ("bloom_from = 12", "bloom_form = 12", "integrity.'bloom_form': there is no such key"),
    ("[integrity]\nbloom_from = 12", "integrity = 5\n[extra]", "integrity: it is missing"),
    ("logs_from = 90", "logs_from = -1", "native.logs_from: a whole number from 0"),
    ("[0x7e, 100]", "126", "system.types: a list is wanted"),
    ("[0x7e, 100]", '[126, "100"]', "system.types: a list of whole numbers from 0 to 255"),
    ("[0x7e, 100]", "[256, 100]", "system.types: a list of whole numbers from 0 to 255"),
    ("[0x7e, 100]", "[0x7e]", "system.minting_types: each of them has to be among types"),
    (
        '["0x0000000000000000000000000000000000001000"]',
        '["0x1000"]',
        "system.contracts: an address",
    ),
    ("minting_types", "mint_types", "system.'mint_types': there is no such key"),
    ("safe_depth = 5", "safe_depth = 21", "finality.safe_depth: no more than finalized_depth"),
    ("/tx/{hash}", "/tx/", "explorer.tx: a URL is wanted with {hash}"),
    ("/tx/{hash}", "/{hash.__class__}/{hash}", "explorer.tx: a URL is wanted with {hash}"),
    ("/address/{address}", "/{address}/{address}", "explorer.address: a URL is wanted with"),
    ("https://orca.example/block", "javascript:x/block", "explorer.block: a URL is wanted that"),
    ("0xcA11bde0", "0xCA11bde0", "multicall3.address: an address is wanted"),
    ('"0xcA11bde05977b3631167028862bE2a173976CA11"', "5", "multicall3.address: an address"),
    ("http://node.orca", "ftp://node.orca", r"nodes\[0\].url: a URL is wanted that starts with"),
    ("http://node.orca.example", "http://", r"nodes\[0\].url: a URL is wanted"),
    ("http://node.orca.example", "http://a b", r"nodes\[0\].url: a URL is wanted"),
    ("http://node.orca.example", "http://a:99999999", r"nodes\[0\].url: a URL is wanted"),
    ('[[nodes]]\nurl = "http://node.orca.example"', "", "nodes: at least one"),
    ("[[nodes]]", "[nodes]", "nodes: a list is wanted"),
    ("ws://node", "http://node", r"sockets\[0\].url: .* wss or ws://"),
    ("0x371EAD81c9102C9BF4874A9075FFFf170F2Ee389", "0x371E", r"feeds\[0\].proxy: an address"),
    ("heartbeat = 600", "heartbeat = 0", r"feeds\[0\].heartbeat: a whole number from 1"),
    ("heartbeat = 600", "hartbeat = 600", r"feeds\[0\].'hartbeat': there is no such key"),
    ("decimals = 6\n", "decimals = 255\n", r"tokens\[0\].decimals: a whole number from 0 to 36"),
    ("decimals = 6\n", 'decimals = 6\nfeed = "X / USD"\n', r"tokens\[0\].feed: no row"),
    ('symbol = "USDC"', 'symbol = " USDC"', r"tokens\[0\].symbol: text in quotes"),
    ('symbol = "USDC"', f'symbol = "{"L" * 10_240}"', r"tokens\[0\].symbol: text in quotes"),
    ('symbol = "WORC"\naddress = "0x42', 'address = "0xZZ', r"quotes\[0\].address: an address"),
    ('18\nfeed = "ORC / USD"\n\n[[q', "18\n\n[[q", r"quotes\[0\].address: a row of .*tokens"),
    ('kind = "v3"', 'kind = "v4"', r'factories\[0\].kind: "v2" or "v3" is wanted'),
    ('kind = "v2"', 'kind = "v3"', r"factories\[1\].fees: a v3 has pools"),
    ("fees = [500, 3000]", "fees = 500", r"factories\[0\].fees: a list is wanted"),
    ("fees = [500, 3000]", "fees = [500, true]", r"factories\[0\].fees: a list of whole numbers"),
    ("fees = [500, 3000]", "fees = [1000000]", r"factories\[0\].fees: a list of whole numbers"),
    ('kind = "v2"', 'kind = "v2"\nfees = [1]', r"factories\[1\].'fees': there is no such key"),
    ('name = "orc"', 'name = "or/c"', "price_source.name: a short name in small letters"),
    ("[[tokens]]", "[[tokens]]\n[[tokens]]", r"tokens\[0\].decimals: it is missing"),
    ('name = "orcanet"', "name = ", "it is not TOML: .* line 2"),
    ('name = "orcanet"', f"name = {'[' * 5000}", "it is not TOML"),
    ('name = "orcanet"', f"name = {'9' * 9000}", "it is not TOML|name: text in quotes"),
]


@pytest.mark.parametrize(("right", "wrong", "sentence"), WRONG)
def test_a_mistake_is_told_with_file_and_key(
    right: str, wrong: str, sentence: str, tmp_path: Path
) -> None:
    assert EXAMPLE.count(right) >= 1
    path = written(tmp_path, EXAMPLE.replace(right, wrong, 1))

    with pytest.raises(ConfigurationError, match=sentence) as raised:
        load_chain(path)

    assert str(raised.value).startswith("orcanet.toml: ")
    assert "\n" not in str(raised.value)
    assert len(str(raised.value)) < 300


@pytest.mark.parametrize("key", ["pair", "address"])
def test_two_rows_for_the_same_are_refused(key: str, tmp_path: Path) -> None:
    table = "[[feeds]]" if key == "pair" else "[[tokens]]"
    row = next(part for part in EXAMPLE.split("\n\n") if part.startswith(table))

    with pytest.raises(ConfigurationError, match=f"two rows have the same {key}"):
        load_chain(written(tmp_path, f"{EXAMPLE}\n{row}"))


@pytest.mark.parametrize("raw", [b"\xff\xfe\x00", b"\x00" * 64, b"x" * (5 * 2**20)])
def test_what_is_no_text_is_told(raw: bytes, tmp_path: Path) -> None:
    path = tmp_path / "orcanet.toml"
    path.write_bytes(raw)

    with pytest.raises(ConfigurationError, match=r"^orcanet\.toml: it is "):
        load_chain(path)


def test_a_folder_in_place_of_a_table_is_told(tmp_path: Path) -> None:
    (tmp_path / "orcanet.toml").mkdir()

    with pytest.raises(ConfigurationError, match=r"orcanet\.toml: it cannot be read"):
        load_chain(tmp_path / "orcanet.toml")


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=50),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner),
    max_leaves=5,
)


def spots(value: Any, at: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """Every place in a table, however deep."""
    inner: list[tuple[str | int, Any]] = []
    if isinstance(value, dict):
        inner = list(value.items())
    elif isinstance(value, list):
        inner = list(enumerate(value))
    return [at, *(spot for key, part in inner for spot in spots(part, (*at, key)))]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(spot=st.sampled_from(spots(tomllib.loads(EXAMPLE))[1:]), value=VALUES)
def test_any_value_anywhere_is_read_or_told(
    spot: tuple[str | int, ...], value: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = tomllib.loads(EXAMPLE)
    inner: Any = table
    for key in spot[:-1]:
        inner = inner[key]
    inner[spot[-1]] = value
    path = written(tmp_path, "")
    monkeypatch.setattr("data.chains.reading._parsed", lambda _: table)

    with suppress(ConfigurationError):
        load_chain(path)


def test_only_the_chains_that_are_asked_for_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []

    def counted(path: Path) -> Chain:
        read.append(path.stem)
        return load_chain(path)

    monkeypatch.setattr("data.chains.load_chain", counted)
    known_chains.cache_clear()
    try:
        known = known_chains()
        assert "base" in known
        assert "mars" not in known
        assert len(known) == 7
        assert known["bsc"] is known["bsc"]
    finally:
        known_chains.cache_clear()

    assert read == ["bsc"]


def test_tables_of_a_folder_join_the_built_in_ones(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "more").mkdir()
    written(tmp_path / "more", EXAMPLE)
    monkeypatch.setenv("CHAINS_DIR", "more")
    monkeypatch.setenv("CHAINS", "orcanet, bsc")

    known = load_settings().known_chains

    assert load_settings().chains == ("orcanet", "bsc")
    assert set(known) == {*known_chains(), "orcanet"}
    assert load_settings().node_urls("orcanet") == ("http://node.orca.example",)


def test_no_chain_of_a_folder_is_known_without_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHAINS", "orcanet")

    with pytest.raises(ConfigurationError, match=r"CHAINS is wrong: .*arbitrum, avalanche, base"):
        load_settings()


def with_a_typo(folder: Path) -> None:
    written(folder, EXAMPLE.replace("retract_after", "retract_afer"))


def twin_of_ethereum(folder: Path) -> None:
    written(folder, EXAMPLE.replace("chain_id = 7331", "chain_id = 1"))


def twin_of_a_name(folder: Path) -> None:
    written(folder, EXAMPLE.replace('"or"]', '"matic"]'))


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        (with_a_typo, "^orcanet.toml: retract_after: it is missing"),
        (twin_of_ethereum, "^orcanet.toml: 1 is taken: it already means ethereum"),
        (twin_of_a_name, "^orcanet.toml: 'matic' is taken: it already means polygon"),
        (lambda folder: folder.rmdir(), "^CHAINS_DIR: there is no folder "),
    ],
)
def test_a_wrong_folder_stops_the_start_with_a_sentence(
    wrong: Callable[[Path], None],
    sentence: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    folder = tmp_path / "more"
    folder.mkdir()
    wrong(folder)
    monkeypatch.setenv("CHAINS_DIR", str(folder))

    with pytest.raises(ConfigurationError, match=sentence):
        load_settings()
