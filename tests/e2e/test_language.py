"""A person whose Telegram is Russian, and who then prefers Spanish."""

from __future__ import annotations

from data.database import Database
from data.model import Language
from data.queries import chats
from tests.e2e.product import DEADLINE, Product


async def test_a_person_is_answered_in_their_language_and_chooses_another(
    embedded: Product,
) -> None:
    telegram = embedded.telegram
    person = telegram.create_user("Ада", language_code="ru")
    embedded.chat = telegram.create_private_chat(person.id)
    await embedded.start("bot")
    assert "Здравствуйте" in (await embedded.say("/start")).text
    offered = {one.command: one.description for one in telegram.offered_commands(embedded.chat.id)}
    assert offered["threshold"] == "От какой суммы сообщать"

    asked = await embedded.say("/language")
    tapped = telegram.tap(embedded.chat.id, asked.message_id, text="Español")
    await telegram.wait_for_answer(tapped.id, DEADLINE)

    (shown,) = [
        one for one in telegram.messages(embedded.chat.id) if one.message_id == asked.message_id
    ]
    assert shown.text == "🌐 Aquí escribo en Español."
    database = Database(embedded.environment["DATABASE_URL"])
    async with database.read() as connection:
        chat = await chats.get(connection, embedded.chat.id)
    await database.close()
    assert chat is not None
    assert (chat.language, chat.telegram_language) == (Language.SPANISH, "ru")
    assert "Hola" in (await embedded.say("/start")).text
