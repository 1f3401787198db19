"""What chats call addresses, on one chain or on all of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete, func, select

from data.model import ChatName
from data.queries import among, batches, insert
from data.tables import chat_names, chats

if TYPE_CHECKING:
    from collections.abc import Collection

    from sqlalchemy.ext.asyncio import AsyncConnection

MOST_PER_CHAT = 500
_EVERYWHERE = ""


async def give(
    connection: AsyncConnection, chat_id: int, given: ChatName, most: int = MOST_PER_CHAT
) -> bool:
    """Call an address so from now on; False if the chat has as many names as it may have."""
    if connection.dialect.name == "postgresql":
        # two names given at once must not both be the last one that there is room for
        chat = select(chats.c.id).where(chats.c.id == chat_id)
        await connection.execute(chat.with_for_update(key_share=True))
    key = {"chat_id": chat_id, "chain": given.chain or _EVERYWHERE, "address": given.address}
    others = select(func.count()).where(
        chat_names.c.chat_id == chat_id,
        (chat_names.c.chain != key["chain"]) | (chat_names.c.address != given.address),
    )
    if (await connection.execute(others)).scalar_one() >= most:
        return False
    statement = insert(connection, chat_names).values(**key, name=given.name)
    await connection.execute(
        statement.on_conflict_do_update(
            index_elements=["chat_id", "chain", "address"], set_={"name": given.name}
        )
    )
    return True


async def forget(
    connection: AsyncConnection, chat_id: int, address: bytes, chain: str | None = None
) -> int:
    """Forget what an address is called on a chain, or wherever it is; how many names that was."""
    which = [chat_names.c.chat_id == chat_id, chat_names.c.address == address]
    if chain is not None:
        which.append(chat_names.c.chain == chain)
    return (await connection.execute(delete(chat_names).where(*which))).rowcount


async def of_chat(connection: AsyncConnection, chat_id: int) -> list[ChatName]:
    """All names that a chat gave, in their alphabet's order."""
    rows = await connection.execute(select(chat_names).where(chat_names.c.chat_id == chat_id))
    found = [ChatName(row.chain or None, row.address, row.name) for row in rows]
    return sorted(found, key=lambda one: (one.name.casefold(), one.address, one.chain or ""))


async def of_addresses(
    connection: AsyncConnection, chat_id: int, addresses: Collection[bytes]
) -> dict[tuple[str, bytes], str]:
    """What a chat calls these, by chain (empty for all of them) and address."""
    found: dict[tuple[str, bytes], str] = {}
    for some in batches(addresses):
        statement = select(chat_names).where(
            chat_names.c.chat_id == chat_id, among(connection, chat_names.c.address, some)
        )
        rows = await connection.execute(statement)
        found |= {(row.chain, row.address): row.name for row in rows}
    return found
