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

DEVICE_TYPES = {2: "electricity", 3: "gas", 4: "heat", 6: "warm_water", 7: "water", 12: "heat"}
_OTHER_DEVICE = "other"
# Unit on the wire -> unit of the document; all are thousandths.
_DEVICE_UNITS = {b"m3": "l", b"GJ": "MJ", b"kWh": "Wh"}

# Values are written in the telegram with at most three decimals, and none has more digits before them.
_DECIMALS = 3
_MOST_DIGITS = 9


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
    if not line.endswith(b")") or line.find(b")") != len(line) - 1:
        raise ValueError("brackets")
    return line[line.find(b"(") + 1 : -1]


def _thousandths(number: bytes) -> int:
    """A decimal number as an integer of thousandths; at most three decimals, no sign."""
    point = number.find(b".")
    whole = number if point < 0 else number[:point]
    if not whole.isdigit() or len(whole) > _MOST_DIGITS:
        raise ValueError("number")
    value = int(whole) * 1000
    if point >= 0:
        decimals = number[point + 1 :]
        if not decimals.isdigit() or len(decimals) > _DECIMALS:
            raise ValueError("number")
        value += int(decimals) * (100, 10, 1)[len(decimals) - 1]
    return value


def _quantity(text: bytes, end: bytes) -> int:
    """The number after a bracket and before its unit, in thousandths of it."""
    if not text.endswith(end):
        raise ValueError("unit")
    return _thousandths(text[text.find(b"(") + 1 : -len(end)])


def _integer(line: bytes) -> int:
    text = _one(line)
    if not text.isdigit() or len(text) > _MOST_DIGITS:
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
    for character in characters:
        if not (" " <= character < "\x7f" or character >= "\xa0"):
            characters = characters.replace(character, "?")
    return characters


def _identity(line: bytes) -> str | None:
    """A serial number or EAN; meters send nothing, zeros or dashes while it is not set."""
    octets = _hexadecimal_octets(line)
    if not octets.strip(b"0- \0"):
        return None
    if all(0x20 <= octet < 0x7F for octet in octets):
        return str(octets, "ascii")
    # No text: the digits themselves tell one meter from another.
    return str(_one(line), "ascii")


def _peak(line: bytes) -> "Meter":
    """1.6.0: the month peak so far, stamped at the end of its quarter.

    :raises ValueError: no stamp, such as in the first quarter of a month.
    """
    stamp, power = _groups(line)
    parsed = parse_stamp(stamp)
    if parsed is None:
        raise ValueError("stamp")
    return {"time": parsed[0], "quarter_id": _quarter_ending(parsed[0]), "power": _quantity(power, b"*kW")}


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
                "power": _quantity(groups[position + 2], b"*kW"),
            }
        )
    return peaks


# Units of quantities, as the end of their line.
_KWH = b"*kWh)"
_KW = b"*kW)"
_V = b"*V)"
_A = b"*A)"

# Code -> (key of the document, unit of a quantity or reader of the line).
_FIELDS: "dict[bytes, tuple[str, Any]]" = {
    b"0-0:96.1.4": ("version", _text),
    b"0-0:96.1.1": ("serial", _identity),
    b"0-0:96.1.2": ("ean", _identity),
    b"1-0:94.32.1": ("grid", _integer),
    b"0-0:96.14.0": ("tariff", _integer),
    b"1-0:1.8.1": ("consumed_energy_t1", _KWH),
    b"1-0:1.8.2": ("consumed_energy_t2", _KWH),
    b"1-0:2.8.1": ("produced_energy_t1", _KWH),
    b"1-0:2.8.2": ("produced_energy_t2", _KWH),
    b"1-0:1.7.0": ("consumed_power", _KW),
    b"1-0:2.7.0": ("produced_power", _KW),
    b"1-0:1.4.0": ("average_demand", _KW),
    b"0-0:96.3.10": ("breaker", _integer),
    b"0-0:17.0.0": ("limiter", _KW),
    b"1-0:31.4.0": ("fuse", _A),
    b"0-0:96.13.0": ("message", _octets),
    b"0-0:96.13.1": ("message_code", _octets),
    b"1-0:1.6.0": ("peak", _peak),
    b"0-0:98.1.0": ("peaks", _peaks),
}
_CLOCK = b"0-0:1.0.0"

# Fields for which null means something: sent, and sent as "none", which is 999.9, 999.0 or 99.999 kW
# for the limiter and 999 or 999.99 A for the fuse supervision.
_NULL_IS_NONE = ("limiter", "fuse")
_NO_LIMIT = (999900, 999000, 99999, 999990)

# First number of the code of phase 1 -> (key, unit); each further phase adds 20 to it.
_PHASE_FIELDS = {
    21: ("consumed_power", _KW),
    22: ("produced_power", _KW),
    31: ("current", _A),
    32: ("voltage", _V),
}
_PHASE_STEP = 20
_PHASES = 3

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

# Telegrams of one meter differ by some bytes, as when a serial number of gas or water appears.
_ROOM_BYTES = 128
_CARRIAGE_RETURN = 0x0D
_EXCLAMATION = 0x21


class Decoder:
    """Decodes one telegram after the other and reads only what has changed.

    A telegram a second would leave 31 KB to the collector; most of its lines are those of the
    telegram before. So that one is kept, and a line that is the same is not read again.

    :ivar unreadable: lines of known codes in the last telegram that could not be read.
    """

    def __init__(self) -> None:
        self.unreadable = 0
        self._meter: Meter = {}
        self._phases: dict[int, Meter] = {}
        self._devices: dict[int, Meter] = {}
        # The last telegram, in memory that is used again, and which of its lines may be read again on their own.
        self._known = bytearray()
        self._length = 0
        self._alone = bytearray()

    @property
    def telegram(self) -> memoryview:
        """The last telegram as it came; the next one takes its place."""
        return memoryview(self._known)[: self._length]

    def decode(self, telegram: bytes | bytearray, length: int | None = None) -> "Meter":
        """Read every known field of a telegram.

        :param telegram: from ``/`` to the end; anything else gives a dict with fewer keys.
        :param length: how many of these bytes are the telegram; all when it is not given.
        :returns: the document of ``/current/meter``; the next call may change this same dict.
        """
        length = len(telegram) if length is None else length
        if not self._update(telegram, length):
            self._read_all(telegram, length)
        self._keep(telegram, length)
        return self._meter

    def _keep(self, telegram: bytes | bytearray, length: int) -> None:
        self._length = 0
        if len(self._known) < length:
            self._known = bytearray()
            try:
                # With room for the next one to be a little longer.
                self._known = bytearray(length + _ROOM_BYTES)
            except MemoryError:
                # It was read all the same; the next one is read as if it were the first.
                return
        self._length = length
        memoryview(self._known)[:length] = memoryview(telegram)[:length]

    def _update(self, telegram: bytes | bytearray, length: int) -> bool:
        """Read the lines that differ from the last telegram's; False when that does not tell the whole."""
        known = self._known
        # Compared where they lie: copies of every line of both would be the garbage of this.
        view, known_view = memoryview(telegram), memoryview(known)
        start = known_start = 0
        for alone in self._alone:
            if _at_end(telegram, start, length):
                return False
            end = _line_end(telegram, start, length)
            known_end = _line_end(known, known_start, self._length)
            same = view[start:end] == known_view[known_start:known_end]
            line = b"" if same else _line(view, start, end)
            bracket = line.find(b"(") + 1
            code_is_same = view[start : start + bracket] == known_view[known_start : known_start + bracket]
            start = end + 1
            known_start = known_end + 1
            if same:
                continue
            if not alone or not code_is_same:
                return False
            try:
                if not self._read(line):
                    return False
            except ValueError:
                return False
        return _at_end(telegram, start, length) and bool(self._alone)

    def _read_all(self, telegram: bytes | bytearray, length: int) -> None:
        self.unreadable = 0
        self._meter = {}
        self._phases = {}
        self._devices = {}
        alone = bytearray()
        codes = set()
        view = memoryview(telegram)
        start = 0
        while not _at_end(telegram, start, length):
            end = _line_end(telegram, start, length)
            line = _line(view, start, end)
            start = end + 1
            read = False
            try:
                read = self._read(line)
            except ValueError:
                self.unreadable += 1
            alone.append(read)
            if read:
                codes.add(_field_of(line))
        # Of two lines for one field the last one counts: only reading all of them tells.
        self._alone = alone if len(codes) == sum(alone) else bytearray(len(alone))
        if self._phases:
            self._meter["phases"] = [self._phases[phase] for phase in sorted(self._phases)]
        if self._devices:
            self._meter["devices"] = [self._devices[channel] for channel in sorted(self._devices)]

    def _read(self, line: bytes) -> bool:
        """Read one line.

        :returns: whether it set a field.
        :raises ValueError: the code is known and the rest cannot be read.
        """
        meter = self._meter
        bracket = line.find(b"(")
        if bracket < 0:
            if line.startswith(b"/"):
                meter["identification"] = _printable(line[1:])
            return False
        code = line[:bracket]
        if code in _FIELDS:
            key, form = _FIELDS[code]
            value = _quantity(line, form) if isinstance(form, bytes) else form(line)
            if key in _NULL_IS_NONE and value in _NO_LIMIT:
                value = None
            return _set(meter, key, value)
        if code == _CLOCK:
            stamp = parse_stamp(_one(line))
            if stamp is None:
                raise ValueError("stamp")
            meter["time"], meter["summer"] = stamp
            return _set(meter, "quarter_id", quarter_id_at(stamp[0], stamp[1]))
        if code.endswith(b".7.0") and code.startswith(b"1-0:"):
            return self._read_phase(line, code)
        rest = code[4:]
        if rest in _DEVICE_CODES and code.startswith(b"0-") and code[2:3].isdigit() and code[3:4] == b":":
            channel = int(code[2:3])
            device = self._devices.setdefault(channel, {"channel": channel, "type": _OTHER_DEVICE})
            return _read_device(line, rest, device)
        return False

    def _read_phase(self, line: bytes, code: bytes) -> bool:
        number = code[4:-4]
        if not number.isdigit():
            return False
        first = int(number)
        for phase in range(1, _PHASES + 1):
            if first in _PHASE_FIELDS:
                key, unit = _PHASE_FIELDS[first]
                value = _quantity(line, unit)
                return _set(self._phases.setdefault(phase, {"phase": phase}), key, value)
            first -= _PHASE_STEP
        return False


def _at_end(telegram: bytes | bytearray, start: int, length: int) -> bool:
    """Whether no line of fields begins here: the telegram is over or its CRC comes."""
    return start >= length or telegram[start] == _EXCLAMATION


def _line_end(telegram: bytes | bytearray, start: int, length: int) -> int:
    end = telegram.find(b"\n", start, length)
    return length if end < 0 else end


def _line(telegram: memoryview, start: int, end: int) -> bytes:
    """A line without its line end."""
    if end > start and telegram[end - 1] == _CARRIAGE_RETURN:
        end -= 1
    return bytes(telegram[start:end])


def _field_of(line: bytes) -> bytes:
    """The code of a line, the same for codes that set the same field of a device."""
    code = line[: line.find(b"(")]
    return code.replace(b":24.2.3", b":24.2.1").replace(b":96.1.0", b":96.1.1")


def _set(document: "Meter", key: str, value: object) -> bool:
    """Set a field, unless it was sent without a value; whether it did."""
    if value is None and key not in _NULL_IS_NONE:
        return False
    document[key] = value
    return True


def _read_device(line: bytes, code: bytes, device: "Meter") -> bool:
    if code in _DEVICE_FIELDS:
        key, read = _DEVICE_FIELDS[code]
        return _set(device, key, read(line))
    if code == _DEVICE_TYPE:
        number = _integer(line)
        device["type_code"] = number
        device["type"] = DEVICE_TYPES.get(number, _OTHER_DEVICE)
        return True
    stamp, quantity = _groups(line)
    digits, _, unit = quantity.partition(b"*")
    parsed = parse_stamp(stamp)
    # A channel without a meter behind it sends a stamp of no time and a number without a unit.
    if parsed is None or unit not in _DEVICE_UNITS:
        raise ValueError("value")
    device["value"] = _thousandths(digits)
    device["unit"] = _DEVICE_UNITS[unit]
    device["time"] = parsed[0]
    return True


def decode(telegram: bytes) -> "Meter":
    """Read a single telegram; see `Decoder.decode`."""
    return Decoder().decode(telegram)
