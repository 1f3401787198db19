"""A person in a browser: types a command, taps a button, sees the alert arrive."""

from playwright.async_api import expect

from tests.browser import needs_browser, open_page
from tests.e2e.product import WATCHED, Product

pytestmark = needs_browser


async def test_a_person_starts_watches_a_wallet_and_sees_the_alert(
    embedded: Product,
) -> None:
    await embedded.start("watcher", "bot")
    async with open_page(f"{embedded.telegram.page_url}#{embedded.chat.id}") as page:
        await page.get_by_test_id("wide-action").click()  # Start
        await expect(page.get_by_test_id("message").last).to_contain_text("Spyhop")
        await page.get_by_test_id("input").fill(f"/watch {WATCHED} $100k Treasury")
        await page.get_by_test_id("input").press("Enter")
        answer = page.get_by_test_id("message").last
        await expect(answer).to_contain_text("Treasury")
        await expect(answer.get_by_test_id("button").first).to_be_visible()

        tx_hash = embedded.pay(250_000)

        alert = page.get_by_test_id("message").last
        await expect(alert).to_contain_text("Received 250,000 USDT")
        link = alert.get_by_role("link", name="transaction")
        await expect(link).to_have_attribute("href", f"https://bscscan.com/tx/{tx_hash}")


async def test_a_tap_on_a_button_changes_the_watch(embedded: Product) -> None:
    await embedded.start("bot")
    async with open_page(f"{embedded.telegram.page_url}#{embedded.chat.id}", width=420) as page:
        await embedded.say(f"/watch {WATCHED} $100k Treasury")
        await page.get_by_test_id("button").filter(has_text="Remove").click()

        await expect(page.get_by_test_id("message").last).to_contain_text("No longer watching")
        assert "Treasury" not in (await embedded.say("/list")).text
        await page.get_by_test_id("button").filter(has_text="Undo").click()
        await expect(page.get_by_test_id("message").filter(has_text="Undo")).to_have_count(0)

    assert "Treasury" in (await embedded.say("/list")).text
