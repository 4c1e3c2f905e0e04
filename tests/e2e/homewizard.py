"""A P1 meter of HomeWizard in the network, which reads the simulated house and tells it by its local API.

What it answers is version 1 of that API, https://api-documentation.homewizard.com/docs/v1/: ``/api`` tells the
device, ``/api/v1/data`` what it last read, ``/api/v1/system`` its settings. A meter behind the electricity meter is
an entry of ``external``, with its number in hexadecimal as in the telegram.
"""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web

from core.clock import format_stamp
from simulator.house import House
from simulator.reading import Count

_LOOPBACK = "127.0.0.1"
_SERIAL = "3c39e7aabb07"
_DEVICE = {
    "product_type": "HWE-P1",
    "product_name": "P1 meter",
    "serial": _SERIAL,
    "firmware_version": "5.18",
    "api_version": "v1",
}


def _stamp(utc: int) -> int:
    """A meter's local time without its season: YYMMDDhhmmss."""
    return int(format_stamp(utc)[:-1])


def _external(kind: str, number: str, count: Count) -> dict[str, Any]:
    return {
        "unique_id": number.encode("ascii").hex().upper(),
        "type": kind,
        "timestamp": _stamp(count.time),
        "value": count.litres / 1000,
        "unit": "m3",
    }


class HomeWizard:
    """The device, at the house that its reader chose."""

    def __init__(self, house: House) -> None:
        self._house = house

    def data(self) -> dict[str, Any]:
        """What it last read; energy in kWh, powers in W, volumes in m³."""
        reading = self._house.reading(int(time.time()))
        imported = (reading.consumed_energy_t1, reading.consumed_energy_t2)
        exported = (reading.produced_energy_t1, reading.produced_energy_t2)
        return {
            "wifi_ssid": "Huis",
            "wifi_strength": 84,
            "smr_version": 50,
            "meter_model": "FLU5 253769484_A",
            "unique_id": f"1SAG31{self._house.seed:08d}".encode("ascii").hex().upper(),
            "active_tariff": reading.tariff,
            "total_power_import_kwh": sum(imported) / 1000,
            "total_power_import_t1_kwh": imported[0] / 1000,
            "total_power_import_t2_kwh": imported[1] / 1000,
            "total_power_export_kwh": sum(exported) / 1000,
            "total_power_export_t1_kwh": exported[0] / 1000,
            "total_power_export_t2_kwh": exported[1] / 1000,
            "active_power_w": reading.consumed_power - reading.produced_power,
            "active_power_average_w": reading.average_demand,
            # The device spells it so.
            "montly_power_peak_w": reading.peak.power,
            "montly_power_peak_timestamp": _stamp(reading.peak.time),
            "external": [
                _external("gas_meter", f"7FLO21{self._house.seed:08d}", reading.gas),
                _external("water_meter", f"8SAG21{self._house.seed:08d}", reading.water),
            ],
        }


@asynccontextmanager
async def homewizard(house: House) -> AsyncIterator[str]:
    """The device on loopback; its address, as a person types it."""
    device = HomeWizard(house)
    application = web.Application()
    answers = {
        "/api": lambda: _DEVICE,
        "/api/v1/data": device.data,
        "/api/v1/system": lambda: {"cloud_enabled": False},
    }

    async def answer(request: web.Request) -> web.Response:
        return web.json_response(answers[request.path]())

    for path in answers:
        application.router.add_get(path, answer)
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=1)
    await runner.setup()
    try:
        site = web.TCPSite(runner, _LOOPBACK, 0)
        await site.start()
        yield f"{_LOOPBACK}:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()
