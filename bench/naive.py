"""A card in the statistics without us: a request for each quarter, a row at a time; and what neither way saves."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime

import aiohttp
from homeassistant.components.recorder.models import StatisticData, StatisticMeanType, StatisticMetaData
from homeassistant.components.recorder.statistics import async_import_statistics
from homeassistant.core import HomeAssistant
from homeassistant.helpers.recorder import get_instance

from core.clock import (
    DAY_SECONDS,
    HOUR_SECONDS,
    INTERVAL_SECONDS,
    QUARTER_SECONDS,
    local_fields,
    quarter_id_at,
    quarter_path,
)

MONTH_DAYS = 30
# Of twelve sensors, those that count; the others are powers.
_COUNTED = 8
_DAY_HOURS = range(7, 22)


def metadata_of(statistic_id: str, *, counted: bool) -> StatisticMetaData:
    """What a sensor's statistics are of: Wh that only rise, or W."""
    return {
        "name": None,
        "source": "recorder",
        "statistic_id": statistic_id,
        "has_sum": counted,
        "mean_type": StatisticMeanType.NONE if counted else StatisticMeanType.ARITHMETIC,
        "unit_class": "energy" if counted else "power",
        "unit_of_measurement": "Wh" if counted else "W",
    }


class Naive:
    """Each file, and of each hour a row for each sensor."""

    def __init__(self, hass: HomeAssistant, port: int) -> None:
        self._hass = hass
        self._url = f"http://127.0.0.1:{port}"
        self._sums: dict[str, float] = {}
        self._peak = 0.0

    async def bring_over(self, first: int, until: int) -> int:
        """Bring over a period (UTC).

        :returns: how many requests that took.
        """
        number = 0
        async with aiohttp.ClientSession() as session:
            for hour in range(first, until, HOUR_SECONDS):
                quarters = []
                for start in range(hour, hour + HOUR_SECONDS, QUARTER_SECONDS):
                    async with session.get(self._url + quarter_path(quarter_id_at(start))) as answer:
                        quarters.append(json.loads(await answer.read()))
                    number += 1
                self._hour(hour, quarters)
        await get_instance(self._hass).async_block_till_done()
        return number

    def _hour(self, hour: int, quarters: list[dict[str, list[int]]]) -> None:
        consumed = [watt for quarter in quarters for watt in quarter["consumed_power_interval_avgs"]]
        produced = [-watt for quarter in quarters for watt in quarter["produced_power_interval_avgs"]]
        by_day = local_fields(hour)[3] in _DAY_HOURS
        for key, watts in (("consumed", consumed), ("produced", produced)):
            energy = sum(watts) * INTERVAL_SECONDS / HOUR_SECONDS
            self._count(hour, f"{key}_energy", energy)
            self._count(hour, f"{key}_energy_day", energy if by_day else 0)
            self._count(hour, f"{key}_energy_night", 0 if by_day else energy)
            self._power(hour, f"{key}_power", watts)
        self._power(hour, "net_power", [taken - given for taken, given in zip(consumed, produced, strict=True)])
        self._peak = max(self._peak, *(sum(quarter["consumed_power_interval_avgs"]) / 180 for quarter in quarters))
        self._power(hour, "month_peak", [self._peak])

    def _count(self, hour: int, key: str, energy: float) -> None:
        self._sums[key] = total = self._sums.get(key, 0) + energy
        self._import(key, {"start": datetime.fromtimestamp(hour, UTC), "state": total, "sum": total}, counted=True)

    def _power(self, hour: int, key: str, watts: Sequence[float]) -> None:
        row: StatisticData = {
            "start": datetime.fromtimestamp(hour, UTC),
            "mean": sum(watts) / len(watts),
            "min": min(watts),
            "max": max(watts),
        }
        self._import(key, row, counted=False)

    def _import(self, key: str, row: StatisticData, *, counted: bool) -> None:
        async_import_statistics(self._hass, metadata_of(f"sensor.naive_{key}", counted=counted), [row])


async def rows_alone(hass: HomeAssistant, first: int) -> int:
    """Hand a month of twelve sensors to the recorder, each at once: what both ways cannot do without.

    :returns: 0 requests.
    """
    hours = [datetime.fromtimestamp(hour, UTC) for hour in range(first, first + MONTH_DAYS * DAY_SECONDS, HOUR_SECONDS)]
    counts: list[StatisticData] = [{"start": hour, "state": 1.0, "sum": 1.0} for hour in hours]
    powers: list[StatisticData] = [{"start": hour, "mean": 1.0, "min": 1.0, "max": 1.0} for hour in hours]
    for number in range(12):
        counted = number < _COUNTED
        metadata = metadata_of(f"sensor.rows_{number}", counted=counted)
        async_import_statistics(hass, metadata, counts if counted else powers)
    await get_instance(hass).async_block_till_done()
    return 0
