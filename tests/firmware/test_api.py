"""Every request of the board's API, the wrong ones too."""

import gzip
import json
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from .telegrams import at, telegram
from .twin import ROOT, Twin

QUARTER = '{"quarter_id":1,"consumed_power_avg":0,"interval_secs":5}'
NOW = at("2026-03-15T18:45:00+01:00")
LAST = telegram(NOW + 899, 250, 0, peak=(at("2026-03-03T19:15:00+01:00"), 8928))
JSON_TYPE = "application/json"


@pytest.fixture(scope="module")
def twin(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Twin]:
    """A board with a card that has seen the original firmware, and a quarter of a meter's telegrams."""
    card = tmp_path_factory.mktemp("card")
    # What the original leaves behind a document that became shorter.
    write(card / "meter/2025/06/30/2345S.json", QUARTER + '87],"produced_power_interval_avgs":[0]}')
    write(card / "meter/2025/07/01/0000S.json", QUARTER)
    # What no quarter is called.
    for name in ("0007S.json", "2400S.json", "0015S.txt", "0015X.json", ".0030S.json", "note.json"):
        write(card / "meter/2025/07/01" / name, "x")
    write(card / "meter/2022/01/01/hello.txt", "hello")
    write(card / "meter/notes/01/x.json", "x")
    write(card / "meter/2025/07/02/1200S.json", "")
    write(card / "meter/2025/07/02/1215S.json", '{"quarter_id":')
    write(card / "config.json", '{"wifi":{"ssid":"home","password":"secret of the house"}}')
    stream = tmp_path_factory.mktemp("stream") / "telegrams.txt"
    stream.write_bytes(b"".join(telegram(NOW + second, 1000 + second) for second in range(0, 900, 5)) + LAST)
    with Twin(stream, sd=card, options=("--name", "meterkast")) as twin:
        twin.wait_replayed()
        yield twin


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


@pytest.fixture(scope="module")
def silent() -> Iterator[Twin]:
    """A board that no telegram has reached, and that has no card."""
    with Twin("/dev/null") as twin:
        yield twin


ANSWERS = [
    ("/historic/years", 200, '{"years":[2022,2025]}'),
    ("/historic/months?year=2025", 200, '{"year":2025,"months":[6,7]}'),
    ("/historic/months?year=2024", 200, "{}"),
    ("/historic/months?year=", 200, "{}"),
    ("/historic/months?year=x", 200, "{}"),
    ("/historic/months?year=-2025", 200, "{}"),
    ("/historic/months?year=../..", 200, "{}"),
    ("/historic/months?year=99999999999999999999", 200, "{}"),
    ("/historic/months", 400, "ERROR: Need a year argument"),
    ("/historic/months?month=1", 400, "ERROR: Need a year argument"),
    ("/historic/days?year=2025&month=7", 200, '{"year":2025,"month":7,"days":[1,2]}'),
    ("/historic/days?year=2025&month=07", 200, '{"year":2025,"month":7,"days":[1,2]}'),
    ("/historic/days?year=2025&month=8", 200, "{}"),
    ("/historic/days?month=7", 400, "ERROR: Need a year argument"),
    ("/historic/days?year=2025", 400, "ERROR: Need a month argument"),
    (
        "/historic/quarters?year=2025&month=7&day=1",
        200,
        f'{{"year":2025,"month":7,"day":1,"quarters":[{25 << 24 | 7 << 16 | 1 << 8 | 0x80}]}}',
    ),
    ("/historic/quarters?year=2022&month=1&day=1", 200, "{}"),
    ("/historic/quarters?year=2025&month=13&day=1", 200, "{}"),
    ("/historic/quarters?month=7&day=1", 400, "ERROR: Need a year argument"),
    ("/historic/quarters?year=2025&day=1", 400, "ERROR: Need a month argument"),
    ("/historic/quarters?year=2025&month=7", 400, "ERROR: Need a day argument"),
    ("/meter/2025/07/01/0000S.json", 200, QUARTER),
    # Without what stands behind the document.
    ("/meter/2025/06/30/2345S.json", 200, QUARTER),
    ("/%6Deter/2025/07/01/0000S.json", 200, QUARTER),
]


@pytest.mark.parametrize(("path", "status", "text"), ANSWERS)
def test_answers_from_the_card(twin: Twin, path: str, status: int, text: str) -> None:
    answer = twin.get(path)
    assert (answer.status, answer.text) == (status, text)
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.headers["Content-Type"] == (JSON_TYPE if status == 200 else "text/plain; charset=UTF-8")


NOT_FOUND = [
    "/nothing",
    "/watt/",
    "//watt",
    "/Watt",
    "/current",
    "/current/quarter/",
    "/historic",
    "/config.json",
    "/meter",
    "/meter/2025/07/01/",
    "/meter/2025/07/01/0015S.json",
    "/meter/2025/07/02/1200S.json",  # empty, as a power cut leaves it
    "/meter/2025/07/02/1215S.json",  # cut off
    "/meter/2022/01/01/hello.txt",
    "/meter/2025/07/01/note.json",
    "/meter/2025/7/1/0000S.json",
    "/meter/../config.json",
    "/meter/2025/07/01/../../../../../config.json",
    "/meter/2025/07/..//0000S.json",
    "/meter/%2e%2e/config.json",
    "/meter/%252e%252e/config.json",
    "/meter/..%2fconfig.json",
    "/meter/..%5cconfig.json",
    "/meter\\..\\config.json",
    "/%2e%2e/%2e%2e/etc/passwd",
    "/../../etc/passwd",
    "/etc/passwd",
    "/sd/config.json",
    "/%c0%ae%c0%ae/config.json",  # a dot in two bytes, and a slash, which is no UTF-8
    "/meter/..%c0%afconfig.json",
    "/meter/%ef%bc%8e%ef%bc%8e/config.json",  # full stops of another width
    "/meter/%u002e%u002e/config.json",
    "/meter/.%2e/config.json",
    "/meter/....//config.json",
    "/meter/..;/config.json",
    "/meter/..%252f..%252fconfig.json",
    "/meter/2025/07/01/..%2f..%2f..%2f..%2f..%2fconfig.json",
    "/crashlog.txt/../config.json",
    "/crashlog.txt%00config.json",
    "//config.json",
    "/./config.json",
    "/%2fconfig.json",
    "/CONFIG.JSON",
    "/config%2ejson",
    "/config.json.",  # names that FAT takes for the same one
    "/config.json%20",
    "/CONFIG~1.JSO",
    "/config.bak",
    "/journal.bin",
    "/index/2025/07.idx",
    "http://digimon/../config.json",
    "/www/index.html",
    "/board/config.mpy",
    "/watt%00",
    "/watt%",
    "/%zz",
    "/%ff%fe",
    "/meter/2025/07/01/0000S.json%00.txt",
    "/meter/2025/07/01/0000S+json",
    "http://elsewhere/watt",
    "*",
]


@pytest.mark.parametrize("path", NOT_FOUND)
def test_everything_else_is_not_found(twin: Twin, path: str) -> None:
    answer = twin.exchange(f"GET {path} HTTP/1.1\r\nHost: digimon\r\n\r\n".encode())
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.0 404 Not Found\r\n")
    assert b"Access-Control-Allow-Origin: *" in head
    assert body == b"Item not found"


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "QUERY", "get"])
def test_what_is_measured_cannot_be_written(twin: Twin, method: str) -> None:
    answer = twin.get("/watt", method)
    assert (answer.status, answer.headers["Allow"]) == (405, "GET, HEAD")
    assert "Access-Control-Allow-Origin" not in answer.headers


def test_no_foreign_page_is_allowed_more_than_reading(twin: Twin) -> None:
    answer = twin.get("/watt", "OPTIONS", Origin="http://elsewhere", **{"Access-Control-Request-Method": "POST"})
    assert (answer.status, answer.headers["Allow"], answer.body) == (204, "GET, HEAD", b"")
    assert not [name for name in answer.headers if name.startswith("Access-Control")]


@pytest.mark.parametrize("path", ["/watt", "/current/quarter", "/index.html", "/telegram", "/nothing"])
def test_head_tells_what_get_gives(twin: Twin, path: str) -> None:
    told, given = twin.get(path, "HEAD"), twin.get(path)
    assert (told.status, told.headers, told.body) == (given.status, given.headers, b"")
    assert int(told.headers["Content-Length"]) == len(given.body)


def test_the_running_quarter(twin: Twin) -> None:
    document = twin.get("/current/quarter").json()
    assert document["quarter_id"] == 26 << 24 | 3 << 16 | 15 << 8 | 75
    consumed = [1000 + 5 * index for index in range(179)] + [(1895 + 250) // 2]
    assert document["consumed_power_interval_avgs"] == consumed
    assert document["produced_power_interval_avgs"] == [0] * 180
    assert document["consumed_power_avg"] == sum(consumed) // 180
    assert twin.get("/watt").text == str(consumed[-1])


def test_the_month_peak_and_the_memory(twin: Twin) -> None:
    document = twin.get("/current/month/peak").json()
    assert list(document) == ["memory", "peak"]
    memory = ["size_heap", "free_heap", "free_sketch", "size_sketch", "size_psram", "free_psram"]
    assert sorted(document["memory"]) == sorted(memory)
    assert 0 < document["memory"]["free_heap"] < document["memory"]["size_heap"]
    assert document["peak"] == {"quarter_id": 26 << 24 | 3 << 16 | 3 << 8 | 76, "power": 8928}


def test_the_last_telegram_decoded(twin: Twin) -> None:
    answer = twin.get("/current/meter")
    assert answer.headers["Content-Type"] == JSON_TYPE
    assert b" " not in answer.body
    assert answer.json() == {
        "identification": "FLU5\\253769484_A",
        "version": "50217",
        "time": NOW + 899,
        "summer": False,
        "quarter_id": 26 << 24 | 3 << 16 | 15 << 8 | 75,
        "consumed_energy_t1": 1000000,
        "peak": {
            "time": at("2026-03-03T19:15:00+01:00"),
            "quarter_id": 26 << 24 | 3 << 16 | 3 << 8 | 76,
            "power": 8928,
        },
        "consumed_power": 250,
        "produced_power": 0,
    }


def test_the_last_telegram_as_it_came(twin: Twin) -> None:
    answer = twin.get("/telegram")
    assert answer.body == LAST
    assert answer.headers["Content-Type"] == "text/plain; charset=UTF-8"


def test_who_the_board_is(twin: Twin) -> None:
    info = twin.info()
    assert set(info) == {
        "api",
        "name",
        "announced",
        "board",
        "version",
        "serial",
        "mac",
        "uptime_s",
        "reset_cause",
        "reset_error",
        "reset_task",
        "on_trial",
        "index",
        "heap_size",
        "heap_free",
        "heap_used_max",
        "rssi",
        "card",
        "telegrams",
    }
    manifest: dict[str, Any] = json.loads((ROOT / "custom_components/digimon/manifest.json").read_text())
    assert info["api"] == 1
    assert info["version"] == manifest["version"]
    assert info["board"] == "LilyGo TTGO T8 ESP32 C3 V1.1"
    assert re.fullmatch(r"[0-9a-f]{28}", info["serial"])
    assert re.fullmatch(r"02(:[0-9a-f]{2}){5}", info["mac"])
    assert info["reset_cause"] == "power_on"
    assert 0 <= info["uptime_s"] < 600
    assert info["heap_free"] + info["heap_used_max"] > info["heap_size"] > info["heap_used_max"] > 50000
    assert info["rssi"] == -60
    assert info["card"]["state"] == "ok"
    assert 0 < info["card"]["free"] < info["card"]["size"]
    assert info["telegrams"] == {"good": 181, "rejected": {}, "last": NOW + 899}


def test_the_name_on_the_card_counts_and_no_secret_is_told(twin: Twin) -> None:
    # The card's settings are those of a whole board; its name is not among them, so it has the default.
    assert twin.info()["name"] == "digimon"
    for path in ("/info", "/crashlog.txt", "/description.xml", "/", "/current/month/peak"):
        assert b"secret" not in twin.get(path).body


def test_the_description(twin: Twin) -> None:
    answer = twin.get("/description.xml")
    assert answer.headers["Content-Type"] == "text/xml; charset=UTF-8"
    device = ET.fromstring(answer.text).find("{urn:schemas-upnp-org:device-1-0}device")  # noqa: S314 (our own board)
    assert device is not None
    texts = {element.tag.partition("}")[2]: element.text for element in device}
    info = twin.info()
    assert texts == {
        "deviceType": "rootdevice",
        "friendlyName": info["name"],
        "presentationURL": "index.html",
        "serialNumber": info["serial"],
        "modelName": info["board"],
        "modelDescription": "Digitale Meter Monitor",
        "modelNumber": info["version"],
        "manufacturer": "Ockernuts",
        "UDN": "uuid:38323636-4558-4dda-9188-cda0e6" + info["mac"].replace(":", "")[6:],
        "iconList": None,
    }
    icon = twin.get("/electric-meter.png")
    assert icon.headers["Content-Type"] == "image/png"
    assert icon.body == (ROOT / "firmware/www/electric-meter.png").read_bytes()
    # As the original misspells it.
    assert twin.get("/electic-meter.png").body == icon.body


def test_the_page(twin: Twin) -> None:
    page = twin.get("/")
    assert page.body == twin.get("/index.html").body
    assert page.headers["Content-Type"] == "text/html; charset=UTF-8"
    assert page.headers["Content-Encoding"] == "gzip"
    assert page.headers["Cache-Control"] == "no-cache"
    text = gzip.decompress(page.body)
    assert b"<title>digimon</title>" in text
    # Nothing from outside the house.
    assert not re.search(rb"(src|href)=\"?(https?:)?//", text)


def test_the_log_on_the_card(twin: Twin) -> None:
    log = twin.get("/crashlog.txt")
    assert log.headers["Content-Type"] == "text/plain; charset=UTF-8"
    assert "start: " in log.text
    assert "power_on" in log.text


def test_arguments_are_decoded_once(twin: Twin) -> None:
    assert twin.get("/historic/months?year=%32025").json() == {"year": 2025, "months": [6, 7]}
    assert twin.get("/historic/months?year=%252025").text == "{}"


@pytest.mark.parametrize(
    ("path", "status", "text"),
    [
        ("/watt", 200, "-1"),
        ("/current/quarter", 200, "{}"),
        ("/current/meter", 200, "{}"),
        ("/telegram", 404, "Item not found"),
        ("/crashlog.txt", 404, "Item not found"),
        ("/historic/years", 200, "{}"),
        ("/historic/months?year=2025", 200, "{}"),
        ("/meter/2025/07/01/0000S.json", 404, "Item not found"),
    ],
)
def test_before_the_first_telegram_and_without_a_card(silent: Twin, path: str, status: int, text: str) -> None:
    answer = silent.get(path)
    assert (answer.status, answer.text) == (status, text)


def test_a_board_that_has_seen_nothing_says_so(silent: Twin) -> None:
    info = silent.info()
    assert info["card"] == {"state": "missing"}
    assert info["telegrams"] == {"good": 0, "rejected": {}, "last": None}
    assert list(silent.get("/current/month/peak").json()) == ["memory"]
