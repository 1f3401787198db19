import pytest
from eth_utils.address import to_checksum_address
from hypothesis import assume, given
from hypothesis import strategies as st

from data.addresses import checksummed, parse_address
from data.errors import InputError

raw = st.binary(min_size=20, max_size=20)


@given(raw)
def test_an_address_comes_back_from_its_form_on_the_screen(address: bytes) -> None:
    shown = checksummed(address)

    assert shown == to_checksum_address(address)
    assert parse_address(shown) == address
    assert parse_address("0X" + shown[2:]) == address


@given(raw)
def test_one_case_alone_has_no_checksum(address: bytes) -> None:
    digits = address.hex()

    assert parse_address(f"0x{digits}") == parse_address(f"0x{digits.upper()}") == address


@given(raw, st.integers(0, 39))
def test_one_letter_in_the_wrong_case_is_refused(address: bytes, position: int) -> None:
    shown = checksummed(address)[2:]
    assume(shown[position].isalpha())
    changed = shown[:position] + shown[position].swapcase() + shown[position + 1 :]
    assume(changed not in (changed.lower(), changed.upper()))

    with pytest.raises(InputError, match="checksum"):
        parse_address("0x" + changed)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "0x",
        "vitalik.eth",
        "d8dA6BF26964aF9D7eEd9e03E53415D37aA96045",
        "0xd8dA6BF26964aF9D7eEd9e03E53415D37aA9604",
        "0xd8dA6BF26964aF9D7eEd9e03E53415D37aA960455",
        "0xd8dA6BF26964aF9D7eEd9e03E53415D37aA96045\n",
        " 0xd8dA6BF26964aF9D7eEd9e03E53415D37aA96045",
        "0xd8dA6BF26964aF9D7eEd9e03E53415D37aA9604g",
        "0x" + "\N{FULLWIDTH DIGIT ONE}" * 40,
        "0x" + "\N{ARABIC-INDIC DIGIT ONE}" * 40,
        "0x" + "ab" * 32,
        "4Nd1mYvW5JvTRRxL8yXhm7JdV1a1N4oHxWkpMC9Ck3uS",
        "\N{RIGHT-TO-LEFT OVERRIDE}0xd8dA6BF26964aF9D7eEd9e03E53415D37aA96045",
        "0x" + "a" * 10_000,
    ],
)
def test_anything_else_is_refused_in_a_sentence(text: str) -> None:
    with pytest.raises(InputError, match="An address is 0x and 40 digits"):
        parse_address(text)


def test_the_mistaken_letter_is_told_as_such() -> None:
    with pytest.raises(InputError, match="checksum"):
        parse_address("0xD8dA6BF26964aF9D7eEd9e03E53415D37aA96045")
