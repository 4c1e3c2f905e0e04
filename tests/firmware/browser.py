"""A real browser, for the pages that a board serves."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, sync_playwright

from .twin import environment

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
        browser = playwright.chromium.launch(executable_path=executable, args=list(_OPTIONS))
        yield browser
        browser.close()
