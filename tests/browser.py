"""Headless Chromium, for whoever drives a page.

Without one the tests skip and say so; where SPYHOP_REQUIRE_BROWSER is set they fail instead.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from playwright.async_api import Page, async_playwright, expect

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = """
    --headless --no-sandbox --disable-gpu --disable-quic --no-first-run
    --disable-background-networking --disable-component-update --disable-sync
"""
PATIENCE_MS = 60_000

expect.set_options(timeout=PATIENCE_MS)

needs_browser = [
    pytest.mark.browser,
    pytest.mark.skipif(
        CHROMIUM is None and "SPYHOP_REQUIRE_BROWSER" not in os.environ,
        reason="no Chromium on the PATH: install Debian's package chromium",
    ),
]


@asynccontextmanager
async def open_page(url: str, width: int = 1280, height: int = 820) -> AsyncIterator[Page]:
    """The chat page once it is live; errors in its scripts fail the test."""
    assert CHROMIUM is not None, "SPYHOP_REQUIRE_BROWSER is set, and there is no Chromium"
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS.split())
        page = await browser.new_page(viewport={"width": width, "height": height})
        page.set_default_timeout(PATIENCE_MS)
        problems: list[str] = []
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on(
            "console", lambda said: problems.append(said.text) if said.type == "error" else None
        )
        await page.goto(url)
        await page.wait_for_selector(
            '[data-testid="connection"][data-state="live"]', state="attached"
        )
        yield page
        await browser.close()
        assert problems == []
