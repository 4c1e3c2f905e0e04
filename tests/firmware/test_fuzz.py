"""Whatever comes, each parser of the board refuses or ignores it, in no more memory, and takes what comes next."""

import json
import random
import struct
import urllib.parse
from collections.abc import Iterator
from pathlib import Path

import pytest

from .fuzz import Corpus, Parsers, closed
from .telegrams import at, close, lines, telegram

NOW = at("2026-03-15T18:45:00+01:00")
# Of what a parser holds on to between two cases: a document, a few settings, entries of the log.
MOST_GROWN = 16384


def telegrams() -> Corpus:
    months = "(260201000000W)(260115184500W)(03.695*kW)(260301000000W)(632525252525S)(05.980*kW)"
    history = f"0-0:98.1.0(2)(1-0:1.6.0)(1-0:1.6.0){months}"
    full = close(
        [
            *lines(NOW, 2345, 0),
            "0-0:96.14.0(0002)",
            "1-0:1.8.2(000200.500*kWh)",
            "1-0:2.8.1(000010.001*kWh)",
            "1-0:2.8.2(000020.002*kWh)",
            "1-0:1.4.0(02.351*kW)",
            history,
            "1-0:32.7.0(234.7*V)",
            "1-0:31.7.0(001.18*A)",
            "0-0:96.3.10(1)",
            "0-0:17.0.0(999.9*kW)",
            "1-0:31.4.0(999*A)",
            "0-0:96.13.0()",
            "0-1:24.1.0(003)",
            "0-1:96.1.1(37464C4F32313139303333373333)",
            "0-1:24.4.0(1)",
            "0-1:24.2.3(260315183900W)(00112.384*m3)",
            "0-2:24.1.0(007)",
            "0-2:24.2.1(260315184000W)(00872.234*m3)",
        ]
    )
    storm = b"".join(telegram(NOW + number // 10, number) for number in range(10))
    message = close([*lines(NOW, 1), f"0-0:96.13.0({'41' * 1024})"])
    words = [b"/FLU5\\253769484_A\r\n", b"!", b"!0000\r\n", b"\r\n", b"(", b")", b"*kWh", b"1-0:1.8.1(", b"1-0:1.7.0("]
    words += [
        b"0-0:1.0.0(",
        b"999999999999999999",
        b"0-1:24.2.3(",
        b"0-0:98.1.0(13)",
        b"(632525252525W)",
        b"\0",
        b"\xff",
    ]
    return Corpus([telegram(NOW, 100), full, storm, message, full * 2], words, 5000, telegram(NOW, 7), closed)


def settings() -> Corpus:
    seeds = [
        {"device_name": "kast"},
        {
            "device_name": "kast",
            "network": {"dhcp": False, "ip": "10.0.0.9", "gateway": "10.0.0.1", "subnet": "255.0.0.0"},
        },
        {"network": {"dhcp": True}},
        {"admin": {"salt": "00ff", "rounds": 5, "key": "00" * 32}},
        {"wifi": {"ssid": "home", "password": "secret-x"}, "network": {"device_name": "a"}, "other": [1, 2.5, None]},
    ]
    words = [
        b"{",
        b"}",
        b"[",
        b"]",
        b'"',
        b":",
        b",",
        b"null",
        b"true",
        b"-1",
        b"1e999",
        b"1" * 400,
        b"\\u0000",
        b"\\ud800",
    ]
    words += [
        b'"device_name":',
        b'"network":',
        b'"admin":',
        b'"rounds":',
        b'"dhcp":',
        b"[" * 500,
        b'{"a":' * 200,
        b"\xff",
    ]
    deep = b'{"device_name":' + b"[" * 480 + b"]" * 480 + b"}"
    return Corpus([deep, *(json.dumps(seed).encode() for seed in seeds)], words, 1024)


def form() -> Corpus:
    good = {"ssid": "thuis", "pass": "kachel-en-kast", "device_name": "kast", "ip_config": "dhcp", "lang": "nl"}
    static = {**good, "ip_config": "static", "ip": "192.168.0.9", "gateway": "192.168.0.1", "subnet": "255.255.255.0"}
    words = [b"&", b"=", b"%", b"%00", b"%ff", b"%C3%A9", b"+", b"ssid=", b"pass=", b"admin=", b"ip=", b"[[summary]]"]
    words += [
        b"<script>",
        b"ip_config=static",
        b"subnet=",
        b"0.0.0.0",
        b"255.255.255.255",
        b"9" * 200,
        b"%5B%5Bform%5D%5D",
    ]
    return Corpus([urllib.parse.urlencode(fields).encode() for fields in (good, static)], words, 1024)


def names() -> Corpus:
    def name(text: str) -> bytes:
        return b"".join(bytes([len(label)]) + label.encode() for label in text.split(".")) + b"\0"

    def query(*asked: tuple[str, int, int]) -> bytes:
        questions = b"".join(name(text) + struct.pack("!2H", kind, group) for text, kind, group in asked)
        return struct.pack("!6H", 0, 0, len(asked), 0, 0, 0) + questions

    def response(text: str, kind: int, data: bytes) -> bytes:
        record = name(text) + struct.pack("!2HIH", kind, 0x8001, 120, len(data)) + data
        return struct.pack("!6H", 0, 0x8400, 0, 1, 0, 0) + record

    service = "digimon._http._tcp.local"
    seeds = [
        query(("digimon.local", 1, 1)),
        query(("_http._tcp.local", 12, 0x8001), ("_services._dns-sd._udp.local", 12, 1)),
        query((service, 255, 1), ("captive.apple.com", 28, 1)),
        response("digimon.local", 1, bytes(4)),
        response(service, 33, struct.pack("!3H", 0, 0, 80) + name("other.local")),
        response("_http._tcp.local", 12, b"\xc0\x0c"),
    ]
    words = [
        b"\xc0\x0c",
        b"\xc0\xff",
        b"\x3f",
        b"\xbf",
        b"\0",
        b"\xff\xff",
        name("digimon.local"),
        name("_http._tcp.local"),
    ]
    words += [struct.pack("!2H", 255, 1), b"\xc0\x0c" * 100, b"\x01a" * 100, b"\x7f" + b"a" * 127, bytes(60)]
    return Corpus(seeds, words, 1472)


def searches() -> Corpus:
    group = "239.255.255.250:1900"
    seeds = [
        f'M-SEARCH * HTTP/1.1\r\nHOST: {group}\r\nMAN: "ssdp:discover"\r\nMX: {wait}\r\nST: {target}\r\n\r\n'
        for wait, target in ((1, "ssdp:all"), (3, "upnp:rootdevice"), (120, "urn:schemas-upnp-org:device:Basic:1"))
    ]
    seeds.append("NOTIFY * HTTP/1.1\r\nNTS: ssdp:alive\r\n\r\n")
    words = [b"\r\n", b":", b"MX: ", b"-1", b"9" * 30, b"ST: ", b"\0", b"\xff", b'MAN: "ssdp:discover"', b"\r\n" * 200]
    return Corpus([seed.encode() for seed in seeds], words, 768)


def requests() -> Corpus:
    paths = ["/", "/watt", "/info", "/current/meter", "/current/quarter", "/meter/2026/03/15/1845W.json", "/challenge"]
    paths += ["/historic/day?year=2026&month=3&day=15", "/historic/quarters?year=2026&month=3&day=15", "/crashlog.txt"]
    paths += ["/../config.json", "/meter/%2e%2e/%2e%2e/config.json", "/%2fconfig.json", "/meter/..%5c..%5cconfig.json"]
    seeds = [f"GET {path} HTTP/1.1\r\nHost: digimon\r\nAccept: */*\r\n\r\n" for path in paths]
    proof = f"Authorization: Digimon {32 * '0'}:{64 * '0'}"
    seeds += [
        f"POST {path} HTTP/1.1\r\nHost: digimon\r\n{proof}\r\nContent-Length: 5\r\n\r\n{{}}{{}}x"
        for path in ("/config", "/restart", "/identify", "/update")
    ]
    words = [
        b"GET",
        b"POST",
        b" ",
        b"/",
        b"..",
        b"%2e%2e",
        b"%2f",
        b"%00",
        b"%c0%ae",
        b"?",
        b"&",
        b"=",
        b"year=-1",
        b"day=99",
    ]
    words += [
        b"HTTP/1.1",
        b"\r\n",
        b"\n",
        b"\r",
        b":",
        b"Content-Length: ",
        b"-1",
        b"9" * 12,
        b"Transfer-Encoding: chunked",
    ]
    words += [
        b"Host: ",
        b"Origin: http://evil.example",
        b"Authorization: Digimon ",
        b"If-None-Match: ",
        b"\0",
        b"\xff",
        b"X: " * 300,
    ]
    return Corpus([seed.encode() for seed in seeds], words, 4096)


@pytest.fixture
def parsers(tmp_path: Path) -> Iterator[Parsers]:
    made = Parsers(tmp_path)
    yield made
    made.close()


CORPORA = {
    "telegrams": telegrams,
    "settings": settings,
    "form": form,
    "names": names,
    "searches": searches,
    "requests": requests,
}


@pytest.mark.parametrize("number", [1000, pytest.param(100_000, marks=pytest.mark.long)])
@pytest.mark.parametrize("parser", CORPORA)
def test_nothing_is_too_strange(parsers: Parsers, parser: str, number: int) -> None:
    seed = random.randrange(1 << 32)
    print(f"seed {seed}")  # noqa: T201 (to do the same again)
    corpus = CORPORA[parser]()
    result = parsers.take(parser, corpus, random.Random(seed), number)
    # With `pytest -rP` it is seen.
    print(f"{parser}: {dict(result.verdicts)}, {result.grown} bytes of heap")  # noqa: T201
    assert not result.failures, "\n".join(result.failures[:5])
    assert result.grown < MOST_GROWN
