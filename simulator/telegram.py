"""Words a reading as a P1 telegram (e-MUCS P1 1.7), in the order of the meters in the field."""

from core.clock import format_stamp
from core.telegram import crc16
from simulator.meter import Grid
from simulator.reading import Count, MonthPeak, Peak, Reading

_IDENT = {Grid.SINGLE: "FLU5\\253770234_A", Grid.THREE: "FLU5\\253769484_A", Grid.THREE_230: "FLU5\\253769484_A"}
_MODEL = {Grid.SINGLE: "1SAG11", Grid.THREE: "1SAG31", Grid.THREE_230: "1SAG31"}
_SERIALS = 10**8

WITH_PEAKS = "50217"
WITHOUT_PEAKS = "50216"
# The oldest meters know no power of a phase, and of its current whole amperes only.
WHOLE_AMPERES = "50213"

_GAS = ("003", "7FLO21", "24.2.3")
_WATER = ("007", "8SAG21", "24.2.1")


class Wording:
    """How one meter words its readings."""

    def __init__(self, seed: int, grid: Grid, version: str) -> None:
        """Take the meter of the house of a seed.

        :raises ValueError: unknown version.
        """
        if version not in (WITH_PEAKS, WITHOUT_PEAKS, WHOLE_AMPERES):
            raise ValueError(f"unknown e-MUCS version {version}")
        self._version = version
        self._number = seed % _SERIALS
        self._head = (
            f"/{_IDENT[grid]}\r\n\r\n"
            f"0-0:96.1.4({version})\r\n"
            f"0-0:96.1.1({_hexadecimal(f'{_MODEL[grid]}{self._number:08d}')})\r\n"
        )
        self._peaks_of: tuple[MonthPeak, ...] | None = None
        self._peaks_line = ""

    def telegram(self, reading: Reading) -> bytes:
        """The telegram of a reading."""
        text = "".join(
            (
                self._head,
                f"0-0:1.0.0({format_stamp(reading.time)})\r\n",
                f"1-0:1.8.1({_thousandths(reading.consumed_energy_t1, 10)}*kWh)\r\n",
                f"1-0:1.8.2({_thousandths(reading.consumed_energy_t2, 10)}*kWh)\r\n",
                f"1-0:2.8.1({_thousandths(reading.produced_energy_t1, 10)}*kWh)\r\n",
                f"1-0:2.8.2({_thousandths(reading.produced_energy_t2, 10)}*kWh)\r\n",
                f"0-0:96.14.0({reading.tariff:04d})\r\n",
                self._demand(reading) if self._version == WITH_PEAKS else "",
                f"1-0:1.7.0({_kilowatt(reading.consumed_power)})\r\n",
                f"1-0:2.7.0({_kilowatt(reading.produced_power)})\r\n",
                self._phases(reading),
                "0-0:96.3.10(1)\r\n0-0:17.0.0(999.9*kW)\r\n1-0:31.4.0(999*A)\r\n",
                f"0-0:96.13.0({_hexadecimal(reading.message)})\r\n",
                self._device(1, _GAS, reading.gas, "0-1:24.4.0(1)\r\n"),
                self._device(2, _WATER, reading.water, ""),
                "!",
            )
        )
        covered = text.encode("ascii")
        return covered + f"{crc16(covered):04X}\r\n".encode("ascii")

    def _demand(self, reading: Reading) -> str:
        if reading.peaks is not self._peaks_of:
            self._peaks_of = reading.peaks
            self._peaks_line = _history(reading.peaks)
        return (
            f"1-0:1.4.0({_kilowatt(reading.average_demand)})\r\n1-0:1.6.0{_stamped(reading.peak)}\r\n{self._peaks_line}"
        )

    def _phases(self, reading: Reading) -> str:
        numbered = [(20 * number, phase) for number, phase in enumerate(reading.phases)]
        lines = []
        if self._version != WHOLE_AMPERES:
            lines += [f"1-0:{21 + base}.7.0({_kilowatt(phase.consumed_power)})\r\n" for base, phase in numbered]
            lines += [f"1-0:{22 + base}.7.0({_kilowatt(phase.produced_power)})\r\n" for base, phase in numbered]
        lines += [
            f"1-0:{32 + base}.7.0({phase.voltage // 10:03d}.{phase.voltage % 10}*V)\r\n" for base, phase in numbered
        ]
        for base, phase in numbered:
            hundredths = "" if self._version == WHOLE_AMPERES else f".{phase.current % 100:02d}"
            lines.append(f"1-0:{31 + base}.7.0({phase.current // 100:03d}{hundredths}*A)\r\n")
        return "".join(lines)

    def _device(self, channel: int, kind: tuple[str, str, str], count: Count, valve: str) -> str:
        """An M-Bus meter; the valve's line stands between its serial and its value."""
        type_code, model, code = kind
        return (
            f"0-{channel}:24.1.0({type_code})\r\n"
            f"0-{channel}:96.1.1({_hexadecimal(f'{model}{self._number:08d}')})\r\n"
            f"{valve}"
            f"0-{channel}:{code}({format_stamp(count.time)})({_thousandths(count.litres, 9)}*m3)\r\n"
        )


def _history(peaks: tuple[MonthPeak, ...]) -> str:
    """98.1.0; a meter in its first month has an empty list."""
    entries = "".join(f"({format_stamp(month.month_end)}){_stamped(month.peak)}" for month in peaks)
    return f"0-0:98.1.0({len(peaks)})(1-0:1.6.0)(1-0:1.6.0){entries or '()'}\r\n"


def _stamped(peak: Peak) -> str:
    return f"({format_stamp(peak.time)})({_kilowatt(peak.power)})"


def _kilowatt(watt: int) -> str:
    return f"{_thousandths(watt, 6)}*kW"


def _thousandths(value: int, width: int) -> str:
    """A number of thousandths with three decimals, in so many characters."""
    return f"{value // 1000:0{width - 4}d}.{value % 1000:03d}"


def _hexadecimal(text: str) -> str:
    return text.encode("utf-8").hex().upper()
