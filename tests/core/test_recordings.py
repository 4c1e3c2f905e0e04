"""Telegrams recorded from real meters and the answers of the original's code, where they are at hand.

A newcomer has neither; the suite's own telegrams stand in for them.
"""

import gzip
import os
import re
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from dsmr_parser import telegram_specifications
from dsmr_parser.parsers import TelegramParser

from core.obis import Decoder
from core.telegram import crc16

from .conftest import Worker

SHARED = Path(os.environ.get("DIGIMON_SHARED") or "missing")
RECORDINGS = sorted((SHARED / "telegrams").glob("*.txt"))
BELGIAN = [path for path in RECORDINGS if path.name.startswith("be-")]
STREAMS = sorted((SHARED / "golden").glob("*/telegrams.txt.gz"))

pytestmark = pytest.mark.skipif(not RECORDINGS, reason="no recordings beside the repository")


def verified(path: Path) -> bytes:
    """The telegram of a file, with a computed CRC: masked serial numbers have broken some."""
    data = path.read_bytes()
    body = data[data.index(b"/") : data.rindex(b"!") + 1]
    return body + f"{crc16(body):04X}\r\n".encode()


@pytest.mark.parametrize("path", RECORDINGS, ids=lambda path: path.stem)
def test_every_recording_on_every_runtime(runtime: Worker, path: Path) -> None:
    """One telegram, decoded alike everywhere; lines of a Belgian one are all readable, but a dead channel's."""
    telegram = verified(path)
    found, rejected = runtime.ask("split", [telegram.hex()])
    assert found == [telegram[:-2].hex()]
    assert not any(rejected.values())
    decoder = Decoder()
    meter = decoder.decode(telegram)
    assert runtime.ask("decode", [telegram.hex()]) == [[meter, decoder.unreadable]]
    if path in BELGIAN:
        assert decoder.unreadable == ("dead" in path.name)
        assert {"time", "consumed_power", "produced_power", "serial", "breaker", "tariff"} <= meter.keys()


@pytest.mark.parametrize("path", STREAMS, ids=lambda path: path.parent.name)
def test_the_originals_quarter_files(runtime: Worker, path: Path, tmp_path: Path) -> None:
    """The original's own code wrote these files from this stream."""
    stream = tmp_path / "telegrams.txt"
    stream.write_bytes(gzip.decompress(path.read_bytes()))
    documents = runtime.ask("quarters", str(stream))
    files = [file.read_text() for file in (path.parent / "sd").rglob("*.json")]
    assert sorted(documents[:-1]) == sorted(files)


def _thousandths(value: Decimal) -> int:
    return round(value * 1000)


def _epoch(value: datetime) -> int:
    return int(value.timestamp())


# Field of dsmr-parser -> key of ours and the conversion of its value.
COMPARED: dict[str, tuple[str, Callable[[Any], Any]]] = {
    "P1_MESSAGE_TIMESTAMP": ("time", _epoch),
    "ELECTRICITY_USED_TARIFF_1": ("consumed_energy_t1", _thousandths),
    "ELECTRICITY_USED_TARIFF_2": ("consumed_energy_t2", _thousandths),
    "ELECTRICITY_DELIVERED_TARIFF_1": ("produced_energy_t1", _thousandths),
    "ELECTRICITY_DELIVERED_TARIFF_2": ("produced_energy_t2", _thousandths),
    "ELECTRICITY_ACTIVE_TARIFF": ("tariff", int),
    "BELGIUM_CURRENT_AVERAGE_DEMAND": ("average_demand", _thousandths),
    "CURRENT_ELECTRICITY_USAGE": ("consumed_power", _thousandths),
    "CURRENT_ELECTRICITY_DELIVERY": ("produced_power", _thousandths),
    "ACTUAL_SWITCH_POSITION": ("breaker", int),
}
COMPARED_PHASES = {
    "INSTANTANEOUS_ACTIVE_POWER_L{}_POSITIVE": "consumed_power",
    "INSTANTANEOUS_ACTIVE_POWER_L{}_NEGATIVE": "produced_power",
    "INSTANTANEOUS_VOLTAGE_L{}": "voltage",
    "INSTANTANEOUS_CURRENT_L{}": "current",
}


@pytest.mark.parametrize("path", BELGIAN, ids=lambda path: path.stem)
def test_dsmr_parser_agrees(path: Path) -> None:
    """On every field that both know; nothing that dsmr-parser reads is missing here."""
    telegram = verified(path)
    meter = Decoder().decode(telegram)
    # dsmr-parser refuses a value without its unit, which a channel without a meter sends.
    text = re.sub(r"0-\d:24\.2\.3\(632525252525W\)\(00000\.000\)\r\n", "", telegram.decode("ascii"))
    parser = TelegramParser(telegram_specifications.BELGIUM_FLUVIUS, apply_checksum_validation=False)
    theirs = parser.parse(text)
    compared = 0
    for field, (key, convert) in COMPARED.items():
        if hasattr(theirs, field):
            assert meter[key] == convert(getattr(theirs, field).value), field
            compared += 1
    phases = {phase["phase"]: phase for phase in meter["phases"]}
    for pattern, key in COMPARED_PHASES.items():
        for phase in (1, 2, 3):
            if hasattr(theirs, pattern.format(phase)):
                ours = phases[phase][key]
                assert ours == _thousandths(getattr(theirs, pattern.format(phase)).value), (pattern, phase)
                compared += 1
    if hasattr(theirs, "BELGIUM_MAXIMUM_DEMAND_MONTH"):
        peak = theirs.BELGIUM_MAXIMUM_DEMAND_MONTH
        assert (meter["peak"]["time"], meter["peak"]["power"]) == (_epoch(peak.datetime), _thousandths(peak.value))
        compared += 1
    if hasattr(theirs, "BELGIUM_MAXIMUM_DEMAND_13_MONTHS"):
        ours = [entry["power"] for entry in meter["peaks"] if entry["time"] is not None]
        theirs_13 = theirs.BELGIUM_MAXIMUM_DEMAND_13_MONTHS
        assert ours == [_thousandths(entry.value) for entry in theirs_13 if entry.value]
        compared += 1
    for device in getattr(theirs, "MBUS_DEVICES", []):
        ours = next(entry for entry in meter.get("devices", []) if entry["channel"] == device.channel_id)
        if hasattr(device, "MBUS_METER_READING") and device.MBUS_METER_READING.value is not None:
            assert ours["value"] == _thousandths(device.MBUS_METER_READING.value)
            assert ours["time"] == _epoch(device.MBUS_METER_READING.datetime)
            compared += 1
    assert compared >= 10
