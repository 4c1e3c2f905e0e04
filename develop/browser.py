"""The page as a person sees it, in a real Chromium."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from playwright.async_api import Browser, Error, Page, async_playwright

# Needs neither a screen nor the internet, also as root.
_FLAGS = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
_WIDTH, _HEIGHT = 1280, 900
# A page shows everything at some time; a busy machine takes its time for it.
_PATIENCE_MILLISECONDS = 120_000

ENGLISH = "en-GB"
DUTCH = "nl-BE"


@asynccontextmanager
async def chromium(executable: str, *flags: str) -> AsyncIterator[Browser]:
    """A browser.

    :param executable: Chromium's.
    :param flags: of its command line, besides the usual ones.
    """
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=executable, args=[*_FLAGS, *flags], timeout=_PATIENCE_MILLISECONDS
        )
        try:
            yield browser
        finally:
            await browser.close()


@asynccontextmanager
async def window(browser: Browser, *, locale: str = ENGLISH, scale: float = 1) -> AsyncIterator[Page]:
    """A window of somebody who was never here before.

    :param locale: the person's language.
    :param scale: pixels of a picture per pixel of the page.
    """
    context = await browser.new_context(
        viewport={"width": _WIDTH, "height": _HEIGHT},
        locale=locale,
        timezone_id="Europe/Brussels",
        device_scale_factor=scale,
        # Charts that grow would be seen half grown.
        reduced_motion="reduce",
    )
    context.set_default_timeout(_PATIENCE_MILLISECONDS)
    try:
        yield await context.new_page()
    finally:
        await context.close()


async def sign_in(page: Page, url: str, name: str, password: str) -> None:
    """Sign in on Home Assistant's own page, and wait for the first page behind it.

    :param url: of Home Assistant.
    """
    await page.goto(url)
    await page.locator("input[name=username]").fill(name)
    await page.locator("input[name=password]").fill(password)
    # Who is not at home is asked again at each page, unless they want to stay. What is seen of the box lies over it.
    await page.get_by_role("checkbox").check(force=True)
    await page.locator("input[name=password]").press("Enter")
    await page.locator("ha-sidebar").wait_for()


async def visit(page: Page, url: str) -> None:
    """Open a page; a dialog that was just closed steps back in the history, which ends a visit that has begun."""
    while True:
        try:
            await page.goto(url)
        except Error as error:
            if "ERR_ABORTED" not in error.message:
                raise
        else:
            return
