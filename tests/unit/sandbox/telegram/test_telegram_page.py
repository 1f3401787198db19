"""The chat page in headless Chromium: what a person sees, types and taps."""

from collections.abc import AsyncIterator

import pytest
from aiogram import Bot
from aiogram.types import InlineKeyboardButton, InlineKeyboardMarkup
from playwright.async_api import Page, expect

from sandbox.telegram import TelegramSandbox
from tests.browser import needs_browser, open_page

HOSTILE = '<img src=x onerror="document.title=1"> <b>x</b> \u2067txt\u2069'

pytestmark = needs_browser


@pytest.fixture
async def page(sandbox: TelegramSandbox, ada: int) -> AsyncIterator[Page]:
    async with open_page(f"{sandbox.page_url}#{ada}") as page:
        yield page


def mute_button() -> InlineKeyboardMarkup:
    row = [InlineKeyboardButton(text="Mute 1 h", callback_data="mute:1h")]
    return InlineKeyboardMarkup(inline_keyboard=[row])


async def test_a_person_writes_and_the_answer_appears_live(
    sandbox: TelegramSandbox, bot: Bot, ada: int, page: Page
):
    await page.get_by_test_id("wide-action").click()
    [update] = await bot.get_updates(timeout=10)
    assert update.message.text == "/start"

    await page.get_by_test_id("input").fill("/status")
    await page.get_by_test_id("input").press("Enter")
    [update] = await bot.get_updates(offset=update.update_id + 1, timeout=10)
    await bot.send_message(
        ada, 'All <b>well</b>, <a href="https://x.io/?a=1&amp;b=2">see</a>', parse_mode="HTML"
    )

    assert update.message.text == "/status"
    answer = page.get_by_test_id("message").last
    await expect(answer.locator("b")).to_have_text("well")
    await expect(answer.locator("a")).to_have_attribute("href", "https://x.io/?a=1&b=2")
    await expect(page.get_by_test_id("message")).to_have_count(3)


async def test_a_tap_spins_until_it_is_answered_and_the_edit_is_marked(
    sandbox: TelegramSandbox, bot: Bot, ada: int, page: Page
):
    sent = await bot.send_message(ada, "Whale!", reply_markup=mute_button())
    button = page.get_by_test_id("button")

    await button.click()
    [update] = await bot.get_updates(timeout=10)
    await expect(button).to_have_class("key waits")
    await bot.edit_message_text(
        "<s>Whale!</s> Taken back", chat_id=ada, message_id=sent.message_id, parse_mode="HTML"
    )
    await bot.answer_callback_query(update.callback_query.id, text="Quiet now")

    assert update.callback_query.data == "mute:1h"
    await expect(page.get_by_test_id("toast")).to_have_text("Quiet now")
    await expect(page.get_by_test_id("message").locator("s")).to_have_text("Whale!")
    await page.get_by_test_id("edited").click()
    await expect(page.get_by_test_id("revisions")).to_contain_text("Whale!")


async def test_commands_are_offered_after_a_slash(
    sandbox: TelegramSandbox, bot: Bot, ada: int, page: Page
):
    await bot.set_my_commands([
        {"command": "watch", "description": "Follow a wallet"},
        {"command": "whales", "description": "A whole chain"},
        {"command": "list", "description": "What is watched"},
    ])  # fmt: skip
    await bot.send_message(ada, "Hello")
    await expect(page.get_by_test_id("commands-button")).to_be_visible()

    await page.get_by_test_id("input").press_sequentially("/wh")
    await expect(page.get_by_test_id("command")).to_have_count(1)
    await page.get_by_test_id("input").press("Tab")

    await expect(page.get_by_test_id("input")).to_have_value("/whales ")


async def test_hostile_text_stays_text(sandbox: TelegramSandbox, bot: Bot, ada: int, page: Page):
    eve = sandbox.create_user(HOSTILE)
    group = sandbox.create_group(HOSTILE, (eve.id, ada))
    key = InlineKeyboardButton(text=HOSTILE, callback_data="x")
    await bot.send_message(
        group.id, HOSTILE, reply_markup=InlineKeyboardMarkup(inline_keyboard=[[key]])
    )
    sandbox.send_text(group.id, HOSTILE)

    await page.locator(f'[data-chat-id="{group.id}"]').click()

    await expect(page.get_by_test_id("message")).to_have_count(2)
    await expect(page.get_by_test_id("message").first).to_contain_text("<img src=x")
    assert await page.locator("img").count() == 0
    assert await page.title() == "Spyhop · Telegram sandbox"


async def test_a_topic_shows_its_own_messages_and_others_can_write(
    sandbox: TelegramSandbox, bot: Bot, ada: int, page: Page
):
    joan = sandbox.create_user("Joan")
    forum = sandbox.create_supergroup("Desk", (ada, joan.id), topics=("Ethereum", "BSC"))
    ethereum, bsc = forum.topics
    await bot.send_message(forum.id, "an ether alert", message_thread_id=ethereum)
    await bot.send_message(forum.id, "a bnb alert", message_thread_id=bsc)

    await page.locator(f'[data-chat-id="{forum.id}"]').click()
    await page.get_by_test_id("topic").nth(2).click()
    await page.get_by_test_id("writer-select").select_option(label="Joan")
    await page.get_by_test_id("input").fill("/mute 1h")
    await page.get_by_test_id("send").click()

    texts = page.get_by_test_id("message-text")
    await expect(texts).to_have_count(2)
    await expect(texts.first).to_contain_text("a bnb alert")
    said = sandbox.messages(forum.id)[-1]
    assert (said.text, said.sender_id, said.topic_id) == ("/mute 1h", joan.id, bsc)


async def test_blocking_and_unblocking_the_bot(
    sandbox: TelegramSandbox, bot: Bot, ada: int, page: Page
):
    await bot.send_message(ada, "Hello")
    await page.get_by_test_id("block").click()
    await expect(page.get_by_test_id("wide-action")).to_have_text("Unblock bot")
    assert sandbox.world.chats.get(ada).bot_status == "kicked"

    await page.get_by_test_id("wide-action").click()

    await expect(page.get_by_test_id("input")).to_be_visible()
    assert sandbox.world.chats.get(ada).bot_status == "member"


async def test_a_narrow_screen_shows_the_list_or_one_chat(
    sandbox: TelegramSandbox, bot: Bot, ada: int, page: Page
):
    await bot.send_message(ada, "Hello")
    await page.set_viewport_size({"width": 380, "height": 720})

    await expect(page.get_by_test_id("chat-list")).to_be_hidden()
    await page.get_by_test_id("back").click()
    await expect(page.get_by_test_id("chat-list")).to_be_visible()
    await page.get_by_test_id("chat-item").click()
    await expect(page.get_by_test_id("message-text")).to_contain_text("Hello")
    width = await page.evaluate("document.documentElement.scrollWidth")
    assert width <= 380
