"""What of the card goes into which sensor."""

from dataclasses import dataclass
from typing import Final, Literal

from ..core.records import REGISTERS

# A connection of 3 x 80 A at 400 V takes 55 kW, a gas meter for homes passes 16 m3 an hour and a water
# meter 7. What rises faster is another meter.
_MOST_WH: Final = 60_000
_MOST_GAS_L: Final = 25_000
_MOST_WATER_L: Final = 10_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Counted:
    """A sensor that only rises: its hours have a state and a sum, in Wh or l."""

    key: str
    registers: tuple[int, ...]
    """Which of `core.records.REGISTERS` it adds up."""

    most: int
    """The most that an hour can add."""

    samples: Literal["consumed", "produced"] | None = None
    """What gives its energy where the card knows no registers; None where nothing does."""

    of_one_meter: bool = False
    """Another meter has a sensor of its own, so what came before a replacement is not this sensor's."""

    unit: Literal["Wh", "L"] = "Wh"
    unit_class: Literal["energy", "volume"] = "energy"


@dataclass(frozen=True, kw_only=True, slots=True)
class Measured:
    """A sensor that goes up and down: its hours have a mean, a lowest and a highest value, in W."""

    key: str
    unit: Literal["W"] = "W"
    unit_class: Literal["power"] = "power"


type Series = Counted | Measured


def _registers(*names: str) -> tuple[int, ...]:
    return tuple(map(REGISTERS.index, names))


COUNTED: Final = (
    Counted(
        key="consumed_energy",
        registers=_registers("consumed_energy_t1", "consumed_energy_t2"),
        samples="consumed",
        most=_MOST_WH,
    ),
    Counted(key="consumed_energy_t1", registers=_registers("consumed_energy_t1"), most=_MOST_WH),
    Counted(key="consumed_energy_t2", registers=_registers("consumed_energy_t2"), most=_MOST_WH),
    Counted(
        key="produced_energy",
        registers=_registers("produced_energy_t1", "produced_energy_t2"),
        samples="produced",
        most=_MOST_WH,
    ),
    Counted(key="produced_energy_t1", registers=_registers("produced_energy_t1"), most=_MOST_WH),
    Counted(key="produced_energy_t2", registers=_registers("produced_energy_t2"), most=_MOST_WH),
    Counted(key="gas", registers=_registers("gas"), most=_MOST_GAS_L, of_one_meter=True, unit="L", unit_class="volume"),
    Counted(
        key="water", registers=_registers("water"), most=_MOST_WATER_L, of_one_meter=True, unit="L", unit_class="volume"
    ),
)
MONTH_PEAK: Final = Measured(key="month_peak")
POWERS: Final = (Measured(key="net_power"), Measured(key="consumed_power"), Measured(key="produced_power"))
SERIES: Final[tuple[Series, ...]] = (*COUNTED, *POWERS, MONTH_PEAK)
