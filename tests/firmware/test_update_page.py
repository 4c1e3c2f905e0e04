"""The page for updates, in a real browser."""

import base64
import hashlib
import hmac
import json
import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from .browser import PATIENCE_MILLISECONDS, chromium
from .twin import ROOT, Twin

pytestmark = pytest.mark.browser

PASSWORD = "kachel en kast é"
NONCE, SALT, ROUNDS = "00112233445566778899aabbccddeeff", "a1b2c3d4e5f60718", 50


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def twin() -> Iterator[Twin]:
    with Twin("sim", speed="real") as twin:
        twin.wait_line("network: 127")
        yield twin


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(locale="nl-BE")
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MILLISECONDS)
    yield page
    context.close()


def test_the_pages_own_sha_256_and_hmac_are_those_of_the_standard(page: Page) -> None:
    source = base64.b64encode((ROOT / "firmware/www/sha256.js").read_bytes()).decode()
    chance = random.Random(1)
    lengths = [0, 1, 3, 55, 56, 57, 63, 64, 65, 119, 120, 1000, 130_000]
    messages = [chance.randbytes(length) for length in lengths]
    keys = [chance.randbytes(length) for length in (0, 1, 32, 64)]
    found = page.evaluate(
        """async ([source, messages, keys]) => {
            const { sha256, hmac, hex, unhex } = await import(`data:text/javascript;base64,${source}`);
            return [
                messages.map((message) => hex(sha256(unhex(message)))),
                keys.map((key) => hex(hmac(unhex(key), unhex(messages[5])))),
            ];
        }""",
        [source, [message.hex() for message in messages], [key.hex() for key in keys]],
    )
    assert found[0] == [hashlib.sha256(message).hexdigest() for message in messages]
    assert found[1] == [hmac.new(key, messages[5], "sha256").hexdigest() for key in keys]


@pytest.mark.parametrize(
    ("locale", "title"),
    [("nl-BE", "Bijwerken"), ("fr-BE", "Mise à jour"), ("de", "Aktualisieren"), ("en-GB", "Update")],
)
def test_the_page_speaks_the_language_of_the_browser(browser: Browser, twin: Twin, locale: str, title: str) -> None:
    context = browser.new_context(locale=locale)
    page = context.new_page()
    page.goto(f"http://127.0.0.1:{twin.port}/update")
    expect(page.locator("h1")).to_have_text(title)
    expect(page.locator("#running")).to_contain_text(twin.info()["version"])
    assert page.evaluate("document.documentElement.lang") == locale[:2]
    for name in ("file", "password"):
        assert page.locator(f"label[for={name}]").inner_text()
    # On the narrowest phone nothing is wider than it.
    page.set_viewport_size({"width": 320, "height": 600})
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    context.close()


def test_every_language_has_every_text(page: Page) -> None:
    source = base64.b64encode((ROOT / "firmware/www/update-texts.js").read_bytes()).decode()
    texts = page.evaluate("async (source) => (await import(`data:text/javascript;base64,${source}`)).TEXTS", source)
    names = set(texts["en"])
    for language in ("nl", "fr", "de"):
        assert set(texts[language]) == names
        for name in names:
            assert texts[language][name].count("{") == texts["en"][name].count("{"), (language, name)
    # What the board refuses a bundle for.
    board = "".join(path.read_text() for path in (ROOT / "firmware/board").glob("*.py"))
    reasons = {line.split('"')[1] for line in board.split("RefusedError(")[1:] if line.startswith('"')}
    assert len(reasons) > 8
    assert reasons <= names


def test_a_bundle_goes_out_with_the_proof_of_the_password(page: Page, twin: Twin, tmp_path: Path) -> None:
    bundle = random.Random(2).randbytes(50_000)
    (tmp_path / "x.bundle").write_bytes(bundle)
    sent: list[tuple[str, bytes]] = []

    def challenge(route: Route) -> None:
        route.fulfill(json={"nonce": NONCE, "salt": SALT, "rounds": ROUNDS})

    def take(route: Route) -> None:
        if route.request.method != "POST":
            route.continue_()
            return
        sent.append((route.request.headers["authorization"], route.request.post_data_buffer or b""))
        body = json.dumps({"error": "older", "message": "Version 0 is older."})
        route.fulfill(status=422, content_type="application/json", body=body)

    page.route("**/challenge", challenge)
    page.route("**/update", take)
    page.goto(f"http://127.0.0.1:{twin.port}/update")
    page.locator("#file").set_input_files(tmp_path / "x.bundle")
    page.locator("#password").fill(PASSWORD)
    page.locator("#send").click()
    expect(page.locator("#outcome")).to_have_text("Deze versie is ouder dan die welke draait.")
    salt = bytes.fromhex(SALT)
    key = hashlib.sha256(salt + PASSWORD.encode()).digest()
    for _ in range(ROUNDS - 1):
        key = hashlib.sha256(key + salt).digest()
    text = f"{NONCE}\nPOST\n/update\n{hashlib.sha256(bundle).hexdigest()}"
    proof = hmac.new(key, text.encode(), "sha256").hexdigest()
    assert sent == [(f"Digimon {NONCE}:{proof}", bundle)]
    # Not a second time by accident, and once more on purpose.
    expect(page.locator("#send")).to_be_enabled()


@pytest.mark.parametrize(
    ("status", "said"), [(401, "klopt niet"), (503, "druk"), (429, "over 17 seconden"), (500, "nog eens")]
)
def test_what_the_board_answers_is_said_in_words(
    page: Page, twin: Twin, tmp_path: Path, status: int, said: str
) -> None:
    (tmp_path / "x.bundle").write_bytes(b"x")
    page.route("**/challenge", lambda route: route.fulfill(json={"nonce": NONCE, "salt": SALT, "rounds": 2}))
    page.goto(f"http://127.0.0.1:{twin.port}/update")
    page.route("**/update", lambda route: route.fulfill(status=status, headers={"Retry-After": "17"}, body=""))
    page.locator("#file").set_input_files(tmp_path / "x.bundle")
    page.locator("#password").fill("x")
    page.locator("#send").click()
    expect(page.locator("#outcome")).to_contain_text(said)
