"""A real browser, for the pages that a board serves."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from .twin import PATIENCE_SECONDS, environment

PATIENCE_MILLISECONDS = PATIENCE_SECONDS * 1000
# A page shows everything at some time; a busy machine takes its time for it.
expect.set_options(timeout=PATIENCE_MILLISECONDS)

_OPTIONS = ("--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run")


@contextmanager
def chromium() -> Iterator[Browser]:
    """Chromium; without one on this machine the test is skipped, but not in CI."""
    executable = environment("DIGIMON_CHROMIUM")
    if not executable:
        if os.environ.get("CI"):
            pytest.fail("no Chromium: run scripts/test")
        pytest.skip("no Chromium on this machine")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=executable, args=list(_OPTIONS), timeout=PATIENCE_MILLISECONDS
        )
        yield browser
        browser.close()
