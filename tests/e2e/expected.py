"""What Home Assistant has to show of the simulated house."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from core.clock import INTERVAL_SECONDS, QUARTER_SECONDS, local_fields
from simulator.house import House

# A poll every 5 seconds of a telegram every second, and how long a busy machine has an answer under way.
OLDEST_SECONDS = 60

EXACT = {
    "net_power",
    "consumed_power",
    "produced_power",
    "average_demand",
    "month_peak",
    "month_peak_time",
    "consumed_energy",
    "produced_energy",
    "consumed_energy_t1",
    "consumed_energy_t2",
    "produced_energy_t1",
    "produced_energy_t2",
}


def expected(house: House, utc: int) -> dict[str, int | None]:
    """The values of one telegram in W, Wh and utc, by the key of the sensor; None for what it does not have."""
    reading = house.reading(utc)
    # The meter stamps the end of the quarter. A month without a quarter has no peak.
    peak_start = reading.peak.time - QUARTER_SECONDS
    has_peak = local_fields(peak_start)[:2] == local_fields(utc)[:2]
    return {
        "net_power": reading.consumed_power - reading.produced_power,
        "consumed_power": reading.consumed_power,
        "produced_power": reading.produced_power,
        "average_demand": reading.average_demand,
        "month_peak": reading.peak.power if has_peak else None,
        "month_peak_time": peak_start if has_peak else None,
        "consumed_energy": reading.consumed_energy_t1 + reading.consumed_energy_t2,
        "produced_energy": reading.produced_energy_t1 + reading.produced_energy_t2,
        "consumed_energy_t1": reading.consumed_energy_t1,
        "consumed_energy_t2": reading.consumed_energy_t2,
        "produced_energy_t1": reading.produced_energy_t1,
        "produced_energy_t2": reading.produced_energy_t2,
    }


def values_of(states: Iterable[Mapping[str, Any]], sensors: Mapping[str, str]) -> dict[str, int | None]:
    """Home Assistant's states of the `EXACT` sensors.

    :param states: as Home Assistant gives them.
    :param sensors: entity ids by key.
    """
    texts = {state["entity_id"]: state["state"] for state in states}
    return {key: value_of(key, texts.get(sensors.get(key, ""), "unknown")) for key in EXACT}


def value_of(key: str, state: str) -> int | None:
    """A state in W, Wh or utc; None for one that says nothing."""
    if state in {"unknown", "unavailable"}:
        return None
    if key == "month_peak_time":
        return int(datetime.fromisoformat(state).timestamp())
    # Energies are shown in kWh.
    return round(float(state) * 1000) if "energy" in key else int(state)


def second_of(house: House, shown: Mapping[str, int | None], now: float, *, tolerance_wh: int = 0) -> int | None:
    """The second whose telegram has all of the values shown; None if there is none among those that can be shown now.

    :param shown: by key; at least one.
    :param now: utc.
    :param tolerance_wh: of energies, for a page that shows fewer digits.
    """
    for utc in range(int(now), int(now) - OLDEST_SECONDS, -1):
        values = expected(house, utc)
        if all(_equal(values[key], value, tolerance_wh if "energy" in key else 0) for key, value in shown.items()):
            return utc
    return None


def _equal(one: int | None, other: int | None, tolerance: int) -> bool:
    if one is None or other is None:
        return one is other
    return abs(one - other) <= tolerance


def average_bounds(house: House, utc: int) -> tuple[int, int]:
    """Between what W the average of the running quarter lies after the telegram of a second.

    A board that starts in the middle of an interval hears a part of it only; that it may have
    started in any of them is the width of these bounds.
    """
    start = utc // QUARTER_SECONDS * QUARTER_SECONDS
    seconds = [house.power(second)[0] for second in range(start, utc + 1)]
    intervals = [seconds[index : index + INTERVAL_SECONDS] for index in range(0, len(seconds), INTERVAL_SECONDS)]
    total = sum(sum(interval) // len(interval) for interval in intervals)
    number = len(intervals)
    width = max(max(interval) - min(interval) for interval in intervals)
    return (total - width) // number, -(-(total + width) // number)


def missing(values: Iterable[int | None], start: int) -> list[int]:
    """When the intervals of a quarter begin of which nothing is known, utc.

    :param start: of the quarter.
    """
    return [start + number * INTERVAL_SECONDS for number, value in enumerate(values) if value is None]


def deviating(intervals: Iterable[tuple[int | None, tuple[int, int]]]) -> int:
    """How many of the values are not the house's."""
    return sum(1 for value, (consumed, _) in intervals if value != consumed)
