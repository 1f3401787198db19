"""What only this bot can have written: bytes with a tag of a key that its token gives it.

Whoever has no token makes no link that holds, and a new token ends all links that were made.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac

TAG_LENGTH = 10
_PURPOSE = b"spyhop share 1"


def hkdf(secret: bytes, purpose: bytes, length: int = 32, salt: bytes = b"") -> bytes:
    """A key of its own for each purpose (RFC 5869, SHA-256)."""
    kept = hmac.digest(salt or bytes(32), secret, hashlib.sha256)
    key = block = b""
    counter = 1
    while len(key) < length:
        block = hmac.digest(kept, block + purpose + bytes([counter]), hashlib.sha256)
        key += block
        counter += 1
    return key[:length]


def seal(content: bytes, token: str) -> str:
    """The content as text of A–Z, a–z, 0–9, - and _."""
    return base64.urlsafe_b64encode(content + _tag(content, token)).decode().rstrip("=")


def unseal(text: str, token: str) -> bytes | None:
    """The content; None where this bot has not written the text just so."""
    try:
        whole = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (binascii.Error, ValueError):
        return None
    content, tag = whole[:-TAG_LENGTH], whole[-TAG_LENGTH:]
    if not hmac.compare_digest(tag, _tag(content, token)):
        return None
    # the last letter has bits to spare: one text is one content
    return content if seal(content, token) == text else None


def _tag(content: bytes, token: str) -> bytes:
    key = hkdf(token.encode(), _PURPOSE)
    return hmac.digest(key, content, hashlib.sha256)[:TAG_LENGTH]
