"""The telegram of which a board tells a document at ``/current/meter``: the way back of docs/board-api.md."""

from collections.abc import Iterator
from typing import Any

from tests.firmware.telegrams import stamp

from .records import check_of

_PHASES = (
    ("consumed_power", (21, 41, 61), "06.3f", "kW"),
    ("produced_power", (22, 42, 62), "06.3f", "kW"),
    ("voltage", (32, 52, 72), "05.1f", "V"),
    ("current", (31, 51, 71), "06.2f", "A"),
)
_LINES = {
    "version": "0-0:96.1.4({})",
    "serial": "0-0:96.1.1({hexadecimal})",
    "ean": "0-0:96.1.2({hexadecimal})",
    "grid": "1-0:94.32.1({})",
    "tariff": "0-0:96.14.0({:04d})",
    "consumed_energy_t1": "1-0:1.8.1({thousandth:010.3f}*kWh)",
    "consumed_energy_t2": "1-0:1.8.2({thousandth:010.3f}*kWh)",
    "produced_energy_t1": "1-0:2.8.1({thousandth:010.3f}*kWh)",
    "produced_energy_t2": "1-0:2.8.2({thousandth:010.3f}*kWh)",
    "consumed_power": "1-0:1.7.0({thousandth:06.3f}*kW)",
    "produced_power": "1-0:2.7.0({thousandth:06.3f}*kW)",
    "average_demand": "1-0:1.4.0({thousandth:06.3f}*kW)",
    "breaker": "0-0:96.3.10({})",
    "message_code": "0-0:96.13.1({hexadecimal})",
    "message": "0-0:96.13.0({hexadecimal})",
}
# What the meter writes when there is no limit.
_WITHOUT_LIMIT = {"limiter": "0-0:17.0.0(999.9*kW)", "fuse": "1-0:31.4.0(999*A)"}
# Gas and water, each in the code of its own.
_VOLUMES = {"gas": "24.2.3", "water": "24.2.1"}


def telegram_of(document: dict[str, Any]) -> bytes:
    """The telegram, with its checksum; of limits only that there are none, of devices gas and water."""
    text = "\r\n".join([*_lines(document), "!"]).encode()
    return text + f"{check_of(text) ^ 0xFFFF:04X}\r\n".encode()


def _lines(document: dict[str, Any]) -> Iterator[str]:
    yield "/" + document.get("identification", r"FLU5\253769484_A")
    yield ""
    yield f"0-0:1.0.0({stamp(document['time'])})"
    for key, line in _LINES.items():
        if (value := document.get(key)) is not None:
            digits = value.encode().hex() if isinstance(value, str) else ""
            thousandth = value / 1000 if isinstance(value, int) else 0.0
            yield line.format(value, hexadecimal=digits, thousandth=thousandth)
    if peak := document.get("peak"):
        yield f"1-0:1.6.0({stamp(peak['time'])})({peak['power'] / 1000:06.3f}*kW)"
    yield from (line for key, line in _WITHOUT_LIMIT.items() if key in document)
    for phase in document.get("phases", ()):
        for key, codes, form, unit in _PHASES:
            yield f"1-0:{codes[phase['phase'] - 1]}.7.0({phase[key] / 1000:{form}}*{unit})"
    for device in document.get("devices", ()):
        channel = f"0-{device['channel']}"
        yield f"{channel}:24.1.0({device['type_code']:03d})"
        yield f"{channel}:96.1.1({device['serial'].encode().hex()})"
        yield f"{channel}:{_VOLUMES[device['type']]}({stamp(device['time'])})({device['value'] / 1000:09.3f}*m3)"
