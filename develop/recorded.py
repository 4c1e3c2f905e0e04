"""Statistics as Home Assistant would have recorded them, had it read the meter all along.

For pictures and tests that need a past which a Home Assistant of a minute ago does not have.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from core.clock import HOUR_SECONDS
from simulator.house import House

from .api import Api

_ARITHMETIC_MEAN = 1
_WATTSECONDS_PER_KWH = 3_600_000


async def record(api: Api, house: House, sensors: Mapping[str, str], first: int, until: int) -> None:
    """Give Home Assistant the hours of a period.

    :param sensors: entity ids by key; those of the energies and of the net power are needed.
    :param first: utc of the first hour.
    :param until: utc; the last hour ends here.
    """
    hours = range(first, until, HOUR_SECONDS)
    for key, pick in (("consumed_energy", (0, 1)), ("produced_energy", (2, 3))):
        kwh = [sum(house.energy(utc)[index] for index in pick) / _WATTSECONDS_PER_KWH for utc in (*hours, until)]
        rows = [
            {"start": _iso(start), "state": after, "sum": after - kwh[0]}
            for start, after in zip(hours, kwh[1:], strict=True)
        ]
        await _import(api, sensors[key], rows, has_sum=True, unit_class="energy", unit="kWh")
    rows = []
    for start in hours:
        net = [consumed - produced for consumed, produced in map(house.power, range(start, start + HOUR_SECONDS))]
        rows.append({"start": _iso(start), "mean": sum(net) / len(net), "min": min(net), "max": max(net)})
    await _import(api, sensors["net_power"], rows, has_sum=False, unit_class="power", unit="W")


async def _import(  # noqa: PLR0913 - the columns of one table
    api: Api, statistic_id: str, rows: list[dict[str, Any]], *, has_sum: bool, unit_class: str, unit: str
) -> None:
    metadata = {
        "has_sum": has_sum,
        "mean_type": 0 if has_sum else _ARITHMETIC_MEAN,
        "name": None,
        "source": "recorder",
        "statistic_id": statistic_id,
        "unit_class": unit_class,
        "unit_of_measurement": unit,
    }
    await api.command("recorder/import_statistics", metadata=metadata, stats=rows)


def _iso(utc: int) -> str:
    return datetime.fromtimestamp(utc, UTC).isoformat()
