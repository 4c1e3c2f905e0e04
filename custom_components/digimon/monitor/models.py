"""What a board answers, as frozen models.

Names follow the API (docs/board-api.md). Whole numbers in the smallest unit: W, Wh, mV, mA, l, MJ
and seconds since 1970 (UTC). None is what the board or its meter did not send, or sent unreadably.
"""

from dataclasses import dataclass
from typing import Final, Literal, NamedTuple

UNLIMITED: Final = "unlimited"
"""A limiter or fuse that the meter sends as "none set"."""


class Sample(NamedTuple):
    """Mean powers of one interval of 5 seconds, in W, both >= 0."""

    consumed_power: int
    produced_power: int


@dataclass(frozen=True, kw_only=True, slots=True)
class RunningQuarter:
    """A quarter with its intervals: the one that the meter is in, or one from the card as it was when it ended.

    One from the card may hold less than the board heard: the original firmware writes a quarter that a
    restart interrupted anew, with the later part only.
    """

    quarter_id: int
    """See core.clock."""

    samples: tuple[Sample | None, ...]
    """One per interval since the quarter's start, at most 180; None for a gap; the last one has a value."""


@dataclass(frozen=True, kw_only=True, slots=True)
class QuarterSummary:
    """One quarter of a day: powers in W, energy in Wh, all >= 0."""

    quarter_id: int
    intervals: int
    """How many of the 180 have a value; means and energy are those of these alone.

    0: nobody listened, and the energy is what the registers counted meanwhile, spread evenly. No board says so.
    """

    consumed_power_avg: int
    consumed_power_max: int
    """Highest interval."""

    produced_power_avg: int
    produced_power_max: int
    consumed_energy: int
    produced_energy: int
    registers: tuple[int | None, ...] | None
    """At the quarter's end, in the order of core.records.REGISTERS; None when the card has only the file."""


@dataclass(frozen=True, kw_only=True, slots=True)
class StoredDay:
    """What the card knows of a local day."""

    quarters: tuple[QuarterSummary, ...]
    """In order of time, only those that are stored."""

    complete: bool
    """False while the board is still reading that day's files: more quarters may come."""

    etag: str | None
    """Names this answer; None when the board does not say."""

    damaged: int = 0
    """How many records of the card could not be read, and no file makes up for them."""


@dataclass(frozen=True, kw_only=True, slots=True)
class MonthPeak:
    """The highest quarter of the running month."""

    quarter_id: int
    power: int


@dataclass(frozen=True, kw_only=True, slots=True)
class PastPeak:
    """The highest quarter of a month that ended."""

    year: int
    month: int
    quarter_id: int | None
    """None when the meter keeps a power without a time."""

    power: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Phase:
    """What is measured on one phase."""

    phase: int
    """1 to 3."""

    consumed_power: int | None
    produced_power: int | None
    voltage: int | None
    current: int | None


@dataclass(frozen=True, kw_only=True, slots=True)
class MeterDevice:
    """A gas, water or heat meter that reports through the electricity meter."""

    channel: int
    """Order of installation, 1 to 9; says nothing of the type."""

    type: str
    """gas, water, heat, warm_water, electricity or other."""

    serial: str | None
    ean: str | None
    valve: int | None
    relay: int | None
    time: int | None
    """When it was last read: gas every 5 minutes to an hour, water once a day."""

    value: int | None
    unit: str | None
    """l, MJ or Wh."""


@dataclass(frozen=True, kw_only=True, slots=True)
class MeterReading:
    """The last telegram; boards with the original firmware have none."""

    time: int | None
    """By the meter's own clock."""

    quarter_id: int | None
    version: str | None
    identification: str | None
    serial: str | None
    ean: str | None
    grid: int | None
    """Volts of the grid: 230 or 400."""

    tariff: int | None
    """1 day, 2 night: the other way round than in the Netherlands."""

    consumed_energy_t1: int | None
    consumed_energy_t2: int | None
    produced_energy_t1: int | None
    produced_energy_t2: int | None
    consumed_power: int | None
    produced_power: int | None
    average_demand: int | None
    """1-0:1.4.0: energy of the running quarter so far x 4. It starts at 0 and only rises: no mean."""

    peak: MonthPeak | None
    peaks: tuple[PastPeak, ...]
    phases: tuple[Phase, ...]
    breaker: int | None
    limiter: int | Literal["unlimited"] | None
    fuse: int | Literal["unlimited"] | None
    message: str | None
    message_code: str | None
    devices: tuple[MeterDevice, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class BoardHealth:
    """How a board with our firmware is doing."""

    uptime_s: int | None
    reset_cause: str | None
    heap_size: int | None
    heap_free: int | None
    heap_used_max: int | None
    rssi: int | None
    """Wi-Fi signal in dBm, below 0."""

    card_state: str | None
    """ok, missing or fault."""

    card_size: int | None
    card_free: int | None
    telegrams_good: int | None
    telegrams_rejected: int | None
    """All reasons together."""


@dataclass(frozen=True, kw_only=True, slots=True)
class BoardInfo:
    """Who a board is."""

    original: bool
    """Runs the original firmware, which has part 1 of the API only."""

    identifiers: tuple[str, ...]
    """Everything that tells this board from others, best first; never empty, never its address."""

    name: str
    """Chosen by its owner, so neither constant nor unique."""

    model: str
    version: str | None
    serial: str | None
    mac: str | None
    """Six pairs of lower-case hexadecimal digits with colons."""

    health: BoardHealth | None
    """None with the original firmware."""

    @property
    def unique_id(self) -> str:
        """What this board is known by."""
        return self.identifiers[0]
