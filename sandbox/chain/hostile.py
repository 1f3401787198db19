"""Tokens that lie: names meant to break a message, a parser or a balance sheet. They exist in
the sandbox only.
"""

from __future__ import annotations

from eth_hash.auto import keccak
from eth_utils.address import to_checksum_address

from sandbox.chain.spec import MetadataStyle, TokenSpec

_ROWS: tuple[tuple[str, str, int, MetadataStyle], ...] = (
    ("<b>FREE</b>", '<a href="https://claim.example">claim your 50,000 USDC</a>', 18, "string"),
    ("</a><script>", "<script>alert(1)</script>&amp;<i>", 9, "string"),
    ("\u202eCDSU", "USD Coin \u202e\u2066reversed\u2069", 6, "string"),
    ("USDC", "USD Coin", 6, "string"),
    ("UЅDТ", "Tether USD", 6, "string"),
    ("\x00\x07\x1b[31m", "\x00control\r\ncharacters\t", 18, "string"),
    ("L" * 10_240, "N" * 10_240, 18, "string"),
    ("", "", 18, "string"),
    ("MAXDEC", "Two hundred and fifty-five", 255, "string"),
    ("OLD32", "Symbol in thirty-two bytes", 18, "bytes32"),
    ("\ufffd\ufffe", "Not quite UTF-8", 0, "bytes32"),
    ("NOMETA", "Answers nothing", 18, "reverting"),
    ("*_`[x](y)", "Mark_down* ~tricks~ ||spoiler||", 4, "string"),
)


def hostile_tokens(chain_id: int) -> tuple[TokenSpec, ...]:
    """The same bad company on every chain, at addresses of its own."""
    return tuple(
        TokenSpec(_address(chain_id, index), symbol, name, decimals, style=style)
        for index, (symbol, name, decimals, style) in enumerate(_ROWS)
    )


def _address(chain_id: int, index: int) -> str:
    return to_checksum_address(keccak(f"sandbox hostile {chain_id} {index}".encode())[12:])
