"""Telegrams for the tests, written by other means than the product's own: zoneinfo, and a CRC bit by bit."""

from datetime import datetime
from zoneinfo import ZoneInfo

BRUSSELS = ZoneInfo("Europe/Brussels")


def crc(data: bytes) -> int:
    """CRC-16/ARC."""
    value = 0
    for byte in data:
        value ^= byte
        for _ in range(8):
            value = value >> 1 ^ 0xA001 if value & 1 else value >> 1
    return value


def close(lines: list[str]) -> bytes:
    """A whole telegram with line ends and CRC."""
    data = "".join(f"{line}\r\n" for line in lines).encode() + b"!"
    return data + f"{crc(data):04X}\r\n".encode()


def stamp(utc: int) -> str:
    """The meter's stamp of an instant."""
    local = datetime.fromtimestamp(utc, BRUSSELS)
    return f"{local:%y%m%d%H%M%S}" + ("S" if local.dst() else "W")


def at(text: str) -> int:
    """The instant (utc) of a text such as ``2026-03-15T18:45:00+01:00``."""
    return int(datetime.fromisoformat(text).timestamp())


def lines(
    utc: int, consumed: int = 0, produced: int = 0, *, peak: tuple[int, int] | None = (1741600800, 2500)
) -> list[str]:
    """The lines of a small telegram.

    :param consumed: offtake in W.
    :param produced: injection in W.
    :param peak: end stamp (utc) and W of the month peak, None for a meter without one.
    """
    found = [
        "/FLU5\\253769484_A",
        "",
        "0-0:96.1.4(50217)",
        f"0-0:1.0.0({stamp(utc)})",
        "1-0:1.8.1(001000.000*kWh)",
        f"1-0:1.7.0({consumed / 1000:06.3f}*kW)",
        f"1-0:2.7.0({produced / 1000:06.3f}*kW)",
    ]
    if peak is not None:
        found.insert(5, f"1-0:1.6.0({stamp(peak[0])})({peak[1] / 1000:06.3f}*kW)")
    return found


def telegram(
    utc: int, consumed: int = 0, produced: int = 0, *, peak: tuple[int, int] | None = (1741600800, 2500)
) -> bytes:
    """A small telegram, see `lines`."""
    return close(lines(utc, consumed, produced, peak=peak))
