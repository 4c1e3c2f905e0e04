"""Reads the fields of a telegram: the OBIS codes of the Belgian meter (e-MUCS P1 1.7.1 and 2.1).

The result is a plain dict, the document that the board answers at ``/current/meter``. A field that
the telegram does not hold, or holds in a form that cannot be read, is absent: never 0. Units are
the smallest whole ones: Wh, W, mV, mA, l, MJ and seconds since 1970 (UTC).

Belgium differs from the Netherlands: tariff 1 is the day tariff, the version is 0-0:96.1.4, the
channel of an M-Bus meter is the order of installation, and 24.2.1 may be gas or water: the device
type of the channel decides.
"""

from .clock import QUARTER_SECONDS, month_of, parse_stamp, quarter_id_at

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    Meter = dict[str, Any]

# The limiter sends 999.9, 999.0 or 99.999 kW and the fuse supervision 999 or 999.99 A for "none".
_NO_LIMIT_W = (999900, 999000, 99999)
_NO_FUSE_MA = (999000, 999990)

DEVICE_TYPES = {2: "electricity", 3: "gas", 4: "heat", 6: "warm_water", 7: "water", 12: "heat"}
_OTHER_DEVICE = "other"
# Unit on the wire -> unit of the document; all are thousandths.
_DEVICE_UNITS = {b"m3": "l", b"GJ": "MJ", b"kWh": "Wh"}

# Values are written in the telegram with at most three decimals.
_DECIMALS = 3


def _groups(line: bytes) -> list[bytes]:
    """The texts between the brackets of a line.

    :raises ValueError: a bracket is missing, or something stands between two groups.
    """
    groups = []
    position = line.find(b"(")
    while position < len(line):
        end = line.find(b")", position)
        if end < 0 or line[position : position + 1] != b"(":
            raise ValueError("brackets")
        groups.append(line[position + 1 : end])
        position = end + 1
    return groups


def _one(line: bytes) -> bytes:
    """The only group of a line."""
    start = line.find(b"(")
    if line[-1:] != b")" or line.find(b")") != len(line) - 1:
        raise ValueError("brackets")
    return line[start + 1 : -1]


def _thousandths(number: bytes) -> int:
    """A decimal number as an integer of thousandths; at most three decimals, no sign."""
    whole, _, decimals = number.partition(b".")
    if not whole.isdigit() or (decimals and not decimals.isdigit()) or len(decimals) > _DECIMALS or len(whole) > 9:
        raise ValueError("number")
    value = int(whole) * 1000
    if decimals:
        value += int(decimals) * (100, 10, 1)[len(decimals) - 1]
    return value


def _quantity(text: bytes, unit: bytes) -> int:
    """A number with its unit, in thousandths of it."""
    number, _, stated = text.partition(b"*")
    if stated != unit:
        raise ValueError("unit")
    return _thousandths(number)


def _kilowatt_hours(line: bytes) -> int:
    return _quantity(_one(line), b"kWh")


def _kilowatts(line: bytes) -> int:
    return _quantity(_one(line), b"kW")


def _volts(line: bytes) -> int:
    return _quantity(_one(line), b"V")


def _amperes(line: bytes) -> int:
    return _quantity(_one(line), b"A")


def _limiter(line: bytes) -> int | None:
    value = _kilowatts(line)
    return None if value in _NO_LIMIT_W else value


def _fuse(line: bytes) -> int | None:
    value = _amperes(line)
    return None if value in _NO_FUSE_MA else value


def _integer(line: bytes) -> int:
    text = _one(line)
    if not text.isdigit() or len(text) > 9:
        raise ValueError("integer")
    return int(text)


def _text(line: bytes) -> str:
    """A text as it stands."""
    return _printable(_one(line))


def _hexadecimal_octets(line: bytes) -> bytes:
    digits = _one(line)
    if len(digits) % 2 or not all(digit in b"0123456789abcdefABCDEF" for digit in digits):
        raise ValueError("hexadecimal")
    return bytes.fromhex(str(digits, "ascii"))


def _octets(line: bytes) -> str:
    """A text that the meter writes as hexadecimal digits of its characters."""
    return _printable(_hexadecimal_octets(line))


def _printable(text: bytes) -> str:
    """Text of the outside world: UTF-8, else Latin-1, with "?" for characters that are none."""
    try:
        characters = str(text, "utf-8")
    except (ValueError, UnicodeError):
        characters = "".join(chr(byte) for byte in text)
    return "".join(c if " " <= c < "\x7f" or c >= "\xa0" else "?" for c in characters)


def _identity(line: bytes) -> str | None:
    """A serial number or EAN; meters send nothing, zeros or dashes while it is not set."""
    octets = _hexadecimal_octets(line)
    if not octets.strip(b"0- \0"):
        return None
    if all(0x20 <= octet < 0x7F for octet in octets):
        return str(octets, "ascii")
    # No text: the digits themselves tell one meter from another.
    return str(_one(line), "ascii")


# Code -> (key of the document, reader of the line).
_FIELDS = {
    b"0-0:96.1.4": ("version", _text),
    b"0-0:96.1.1": ("serial", _identity),
    b"0-0:96.1.2": ("ean", _identity),
    b"1-0:94.32.1": ("grid", _integer),
    b"0-0:96.14.0": ("tariff", _integer),
    b"1-0:1.8.1": ("consumed_energy_t1", _kilowatt_hours),
    b"1-0:1.8.2": ("consumed_energy_t2", _kilowatt_hours),
    b"1-0:2.8.1": ("produced_energy_t1", _kilowatt_hours),
    b"1-0:2.8.2": ("produced_energy_t2", _kilowatt_hours),
    b"1-0:1.7.0": ("consumed_power", _kilowatts),
    b"1-0:2.7.0": ("produced_power", _kilowatts),
    b"1-0:1.4.0": ("average_demand", _kilowatts),
    b"0-0:96.3.10": ("breaker", _integer),
    b"0-0:17.0.0": ("limiter", _limiter),
    b"1-0:31.4.0": ("fuse", _fuse),
    b"0-0:96.13.0": ("message", _octets),
    b"0-0:96.13.1": ("message_code", _octets),
}

# The middle number of a phase's code is a base for what it is plus 20 for every phase after the first.
_PHASE_FIELDS = {
    b"21.7.0": (1, "consumed_power", _kilowatts),
    b"41.7.0": (2, "consumed_power", _kilowatts),
    b"61.7.0": (3, "consumed_power", _kilowatts),
    b"22.7.0": (1, "produced_power", _kilowatts),
    b"42.7.0": (2, "produced_power", _kilowatts),
    b"62.7.0": (3, "produced_power", _kilowatts),
    b"32.7.0": (1, "voltage", _volts),
    b"52.7.0": (2, "voltage", _volts),
    b"72.7.0": (3, "voltage", _volts),
    b"31.7.0": (1, "current", _amperes),
    b"51.7.0": (2, "current", _amperes),
    b"71.7.0": (3, "current", _amperes),
}

# What follows the channel in the code of an M-Bus device.
_DEVICE_FIELDS = {
    b"96.1.0": ("serial", _identity),
    b"96.1.1": ("serial", _identity),
    b"96.1.2": ("ean", _identity),
    b"24.4.0": ("valve", _integer),
    b"96.3.10": ("relay", _integer),
}
_DEVICE_TYPE = b"24.1.0"
_DEVICE_CODES = (_DEVICE_TYPE, b"24.2.1", b"24.2.3") + tuple(_DEVICE_FIELDS)

# Fields for which null means something: sent, and sent as "none".
_NULL_IS_NONE = ("limiter", "fuse")


def _peak(line: bytes) -> "Meter":
    """1.6.0: the month peak so far, stamped at the end of its quarter.

    :raises ValueError: no stamp, such as in the first quarter of a month.
    """
    stamp, power = _groups(line)
    parsed = parse_stamp(stamp)
    if parsed is None:
        raise ValueError("stamp")
    return {"time": parsed[0], "quarter_id": _quarter_ending(parsed[0]), "power": _quantity(power, b"kW")}


def _quarter_ending(utc: int) -> int:
    """The quarter that holds the instant 15 minutes before a peak's stamp (in UTC, so right when the clock changes)."""
    return quarter_id_at(utc - QUARTER_SECONDS)


def _peaks(line: bytes) -> "list[Meter]":
    """98.1.0: the peaks of the completed months, at most 13, in the meter's order.

    An entry is the end of the month (00:00 on the 1st), the end of the quarter, and the power. A
    void entry has an impossible stamp of its quarter; its month is known all the same.
    """
    groups = _groups(line)
    peaks = []
    for position in range(3, len(groups) - 2, 3):
        month_end = parse_stamp(groups[position])
        if month_end is None:
            continue
        year, month = month_of(quarter_id_at(month_end[0] - 1))
        stamp = parse_stamp(groups[position + 1])
        peaks.append(
            {
                "year": year,
                "month": month,
                "time": None if stamp is None else stamp[0],
                "quarter_id": None if stamp is None else _quarter_ending(stamp[0]),
                "power": _quantity(groups[position + 2], b"kW"),
            }
        )
    return peaks


class Decoder:
    """Decodes one telegram after the other and keeps what seldom changes.

    The list of 13 month peaks is the longest line by far and changes once a month, so its reading
    is kept as long as the line is the same.

    :ivar unreadable: lines of known codes that could not be read, in all telegrams so far.
    """

    def __init__(self) -> None:
        self.unreadable = 0
        self._peaks_line = b""
        self._peaks: list[Meter] = []

    def decode(self, telegram: bytes) -> "Meter":
        """Read every known field of a telegram.

        :param telegram: from ``/`` to the end; anything else gives a dict with fewer keys.
        :returns: the document of ``/current/meter``.
        """
        meter: Meter = {}
        phases: dict[int, Meter] = {}
        devices: dict[int, Meter] = {}
        start = 0
        while start < len(telegram):
            end = telegram.find(b"\n", start)
            if end < 0:
                end = len(telegram)
            line = telegram[start:end].strip()
            start = end + 1
            if line[:1] == b"/":
                meter["identification"] = _printable(line[1:])
                continue
            try:
                self._read(line, meter, phases, devices)
            except ValueError:
                self.unreadable += 1
        if phases:
            meter["phases"] = [phases[phase] for phase in sorted(phases)]
        if devices:
            meter["devices"] = [devices[channel] for channel in sorted(devices)]
        return meter

    def _read(
        self, line: bytes, meter: "Meter", phases: "dict[int, Meter]", devices: "dict[int, Meter]"
    ) -> None:
        bracket = line.find(b"(")
        if bracket < 0:
            return
        code = line[:bracket]
        rest = code[4:]
        if code in _FIELDS:
            key, read = _FIELDS[code]
            value = read(line)
            if value is not None or key in _NULL_IS_NONE:
                meter[key] = value
        elif code[:4] == b"1-0:" and rest in _PHASE_FIELDS:
            phase, key, read = _PHASE_FIELDS[rest]
            value = read(line)
            phases.setdefault(phase, {"phase": phase})[key] = value
        elif code == b"0-0:1.0.0":
            stamp = parse_stamp(_one(line))
            if stamp is None:
                raise ValueError("stamp")
            meter["time"], meter["summer"] = stamp
            meter["quarter_id"] = quarter_id_at(stamp[0], stamp[1])
        elif code == b"1-0:1.6.0":
            meter["peak"] = _peak(line)
        elif code == b"0-0:98.1.0":
            if line != self._peaks_line:
                self._peaks = _peaks(line)
                self._peaks_line = line
            meter["peaks"] = self._peaks
        elif code[:2] == b"0-" and code[2:3].isdigit() and code[3:4] == b":" and rest in _DEVICE_CODES:
            channel = int(code[2:3])
            _read_device(line, rest, devices.setdefault(channel, {"channel": channel, "type": _OTHER_DEVICE}))


def _read_device(line: bytes, code: bytes, device: "Meter") -> None:
    if code == _DEVICE_TYPE:
        number = _integer(line)
        device["type_code"] = number
        device["type"] = DEVICE_TYPES.get(number, _OTHER_DEVICE)
    elif code in _DEVICE_FIELDS:
        key, read = _DEVICE_FIELDS[code]
        value = read(line)
        if value is not None:
            device[key] = value
    else:
        stamp, value = _groups(line)
        number, _, unit = value.partition(b"*")
        parsed = parse_stamp(stamp)
        # A channel without a meter behind it sends a stamp of no time and a number without a unit.
        if parsed is None or unit not in _DEVICE_UNITS:
            raise ValueError("value")
        device["value"] = _thousandths(number)
        device["unit"] = _DEVICE_UNITS[unit]
        device["time"] = parsed[0]


def decode(telegram: bytes) -> "Meter":
    """Read a single telegram; see `Decoder.decode`."""
    return Decoder().decode(telegram)
