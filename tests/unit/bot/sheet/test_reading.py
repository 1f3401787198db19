"""Files of all sorts of tools are read, and what cannot be read is told."""

from __future__ import annotations

import asyncio
import codecs

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.feeds.subjects import stablecoins_of
from bot.languages import sentence
from bot.sheet import cells, reading
from bot.sheet.lines import NameLine, WatchLine
from bot.sheet.load import Sheet, load
from bot.sheet.reading import text_of
from data.errors import InputError
from data.model import EVERYTHING, Direction, Interest, Unpriced, UsdThreshold
from tests.unit.bot.sheet.watchlists import CHAINS, FORUM, KNOWN, NOW, plain_watch

A = "0xd8dA6BF26964aF9D7eEd9e03E53415D37aA96045"
B = "0x28C6c06298d514Db089934071355E5743bf21d60"


def read(text: str) -> Sheet:
    return asyncio.run(load(text, FORUM))


def labelled(sheet: Sheet) -> list[tuple[str, object]]:
    assert sheet.problems == []
    found = [line for line in sheet.lines if isinstance(line, WatchLine)]
    return [((line.address or b"").hex(), line.settings.get("label")) for line in found]


@pytest.mark.parametrize(
    "text",
    [
        f"{A}\n{B}",
        f"{A}\r\n\r\n{B}\r\n",
        f"{A}\r{B}\r",
        f"# mine\n{A}\n# more\n{B}",
        f"Address\n{A}\n{B}",
        f"wallet;amount\n{A};\n{B};",
        f"sep=;\nname;address\n;{A}\n;{B}",
        f"My wallets,\nAddress,Chain\n{A},all\n{B},\n",
        f'"{A}"\n"{B}"',
    ],
)
def test_addresses_alone(text: str) -> None:
    expected = {A[2:].lower(), B[2:].lower()}
    assert {address for address, label in labelled(read(text)) if not label} == expected


@pytest.mark.parametrize(
    "text",
    [
        f"{A},Vault one\n{B},\n",
        f"{A}\tVault one\n{B}\t",
        f"{A} Vault one\n{B}",
        f"Vault one;{A}\n;{B}",
        f"Address,Name Tag\n{A},Vault one\n{B},",
        f"LABEL|chain|ADDRESS\nVault one|ethereum|{A}\n|bsc|{B}",
        f"label,address,unheard of\n'Vault one,{A},x\n,{B},y",
    ],
)
def test_addresses_and_labels(text: str) -> None:
    found = dict(labelled(read(text)))
    assert found.pop(A[2:].lower()) in {"Vault one", "'Vault one"}
    assert list(found.values()) in ([None], [])


def test_commas_in_a_label_do_not_hide_the_semicolons() -> None:
    assert labelled(read(f"{A};One, two, three, four\n{B};Five")) == [
        (A[2:].lower(), "One, two, three, four"),
        (B[2:].lower(), "Five"),
    ]


def test_every_column_of_ours_means_something() -> None:
    sheet = read(
        "type,address,chain,threshold,direction,label,kinds,only,without,not on,unpriced,topic,"
        "muted until\n"
        f"watch,{A},ethereum,$250k,in,X,swap mint,USDC,ethereum:{B},bsc,tell,7,2026-11-20 12:00\n"
        f"feed,,bsc,1m,,,,,,,,,\nname,{B},all,,,Hot,,,,,,,\n"
    )
    watch, feed, name = sheet.lines

    assert isinstance(watch, WatchLine)
    assert isinstance(feed, WatchLine)
    assert isinstance(name, NameLine)
    made = watch.made(1, 5, NOW)
    assert (made.address, made.chain, made.topic_id) == (bytes.fromhex(A[2:]), "ethereum", 7)
    assert made.threshold == UsdThreshold(250_000)  # type: ignore[arg-type] # equal to its Decimal
    assert (made.direction, made.unpriced) == (Direction.IN, Unpriced.TELL)
    assert made.muted_until == NOW
    assert made.scope.interests == Interest.SWAP | Interest.MINT
    assert {chain for chain, _ in made.scope.only} == {"ethereum", "bsc"}
    assert made.scope.without == {("ethereum", bytes.fromhex(B[2:]))}
    assert made.scope.not_on == {"bsc"}
    assert (feed.address, feed.chain) == (None, "bsc")
    assert (name.name.chain, name.name.name) == (None, "Hot")


def test_what_a_file_does_not_say_stays() -> None:
    (line,) = read(f"address,label\n{A},New").lines
    assert isinstance(line, WatchLine)
    watch = plain_watch()

    changed = line.applied(watch)

    assert changed.label == "New"
    assert (changed.threshold, changed.scope) == (watch.threshold, EVERYTHING)


@pytest.mark.parametrize(
    ("row", "why"),
    [
        (",ethereum,,,,,,", "no address"),
        ("0x12,,,,,,,", "40 digits"),
        (f"{A[:-1]}6,,,,,,,", "checksum"),
        (f"{A},solana,,,,,,", "no chain called"),
        (f"{A},,much,,,,,", "as an amount"),
        (f"{A},,50 NOPE,,,,,", "no token called"),
        (f"{A},,,sideways,,,,", "none of in, out, both"),
        (f"{A},,,,party,,,", "no kind of movement"),
        (f"{A},,,,,NOPE,,", "no token called"),
        (f"{A},,,,,,nowhere,", "no chain called"),
        (f"{A},,,,,,,tomorrow", "no time"),
    ],
)
def test_a_wrong_line_is_told_with_its_number(row: str, why: str) -> None:
    sheet = read(f"address,chain,threshold,direction,kinds,only,not on,muted until\n{A}\n{row}\n")

    (problem,) = sheet.problems
    assert problem.line == 3
    assert why in str(problem.error)
    assert len(sheet.lines) == 1


@pytest.mark.parametrize(
    "content",
    [
        b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"%PDF-1.4", b"", b" \n\n", b"\xff\xfe\x00", b"a\0b",
        "Ключ".encode("cp1251"),
    ],
)  # fmt: skip
def test_what_is_no_table_is_told(content: bytes) -> None:
    with pytest.raises(InputError):
        text_of(content)


def test_other_encodings_that_say_what_they_are_are_read() -> None:
    assert text_of(codecs.BOM_UTF8 + b"a") == "a"
    assert text_of("а,б".encode("utf-16")) == "а,б"


def test_a_quotation_mark_that_is_left_open_is_told() -> None:
    with pytest.raises(InputError, match="quotation mark"):
        read(f'{A},"' + "x\n" * 100_000)


def test_so_many_lines_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MOST_ROWS", 3)
    assert len(read(f"{A}\n" * 3).lines) == 3
    with pytest.raises(InputError, match="too long"):
        read(f"{A}\n" * 4)


def test_lines_in_which_nothing_stands_are_not_read_for_ever(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(reading, "MOST_LINES", 10)
    for nothing in ("\n", "#\n", ",\n"):
        assert len(read(f"{A}\n" + nothing * 9).lines) == 1
        with pytest.raises(InputError, match="too long"):
            read(f"{A}\n" + nothing * 10)


def test_a_cell_has_so_many_tokens_and_no_more() -> None:
    def tokens(count: int) -> str:
        return " ".join(f"bsc:0x{number:040x}" for number in range(count))

    assert read(f"address,only\n{A},{tokens(cells.MOST_TOKENS)}").problems == []
    (problem,) = read(f"address,only\n{A},{tokens(cells.MOST_TOKENS + 1)}").problems
    assert "45 tokens" in sentence(problem.error)


def test_a_feed_of_all_stablecoins_of_all_chains_has_room_in_a_cell() -> None:
    every = stablecoins_of(KNOWN.values())
    assert cells.assets_in(cells.assets_cell(every), CHAINS, KNOWN) == every


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=300) | st.text(alphabet="\",;\t\n|'0xaf=", max_size=300))
def test_whatever_is_sent_is_read_or_told(text: str) -> None:
    try:
        sheet = read(text)
    except InputError:
        return
    assert len(sheet.lines) + len(sheet.problems) <= text.count("\n") + text.count("\r") + 1


@settings(max_examples=50, deadline=None)
@given(st.binary(max_size=200))
def test_whatever_bytes_are_sent_are_text_or_told(content: bytes) -> None:
    try:
        read(text_of(content))
    except InputError:
        return
