"""A house that read its meter with Home Assistant's own dsmr for three months comes over to a board, in a browser."""

import asyncio
import contextlib
import re
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import FloatRect, Page, expect

from core.clock import DAY_SECONDS, HOUR_SECONDS
from develop.api import Api, ApiError
from develop.demonstration import HISTORY_DAYS
from develop.home import history_arrived, sensors_of
from simulator.house import House
from simulator.reading import Reading

from .command import Command, eventually

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.browser]

_PATIENCE_SECONDS = 60
expect.set_options(timeout=_PATIENCE_SECONDS * 1000)
# Of a dialog around its title and its button.
_BEFORE_TITLE, _MARGIN = 60, 16
_DAYS = 90
_HOURS = _DAYS * 24

# By the end of dsmr's unique id, what it has of a telegram, in Wh.
_REGISTERS = {
    "electricity_used_tariff_1": "consumed_energy_t1",
    "electricity_used_tariff_2": "consumed_energy_t2",
    "electricity_delivered_tariff_1": "produced_energy_t1",
    "electricity_delivered_tariff_2": "produced_energy_t2",
}
# The meter's number, as dsmr names its sensor.
_GAS = b"7FLO2100000007".hex().upper()
# By ours: those of dsmr that count the same.
_SAME = {
    "consumed_energy": ["electricity_used_tariff_1", "electricity_used_tariff_2"],
    "consumed_energy_t1": ["electricity_used_tariff_1"],
    "consumed_energy_t2": ["electricity_used_tariff_2"],
    "produced_energy": ["electricity_delivered_tariff_1", "electricity_delivered_tariff_2"],
    "produced_energy_t1": ["electricity_delivered_tariff_1"],
    "produced_energy_t2": ["electricity_delivered_tariff_2"],
    "gas_7flo2100000007_volume": [_GAS],
}
# 1 Wh of each register that a sum is of, and what a number in a database loses.
_TOLERANCE_WH = 2.1

type _Changes = dict[int, float]


@dataclass(frozen=True, kw_only=True)
class Predecessor:
    """Home Assistant's dsmr, and what it has recorded.

    :ivar old: entity ids of dsmr, by the end of their unique ids.
    :ivar ours: those of the board, by key.
    :ivar first: utc of its first hour.
    :ivar entry: its config entry.
    """

    api: Api
    old: dict[str, str]
    ours: dict[str, str]
    first: int
    entry: str

    async def changes(self, statistic_id: str) -> _Changes:
        """What a sensor counted in each hour, in Wh or l, as Home Assistant shows it; of the past only."""
        rows = await self.api.command(
            "recorder/statistics_during_period",
            start_time=datetime.fromtimestamp(self.first - 30 * DAY_SECONDS, UTC).isoformat(),
            end_time=datetime.fromtimestamp(self.first + _HOURS * HOUR_SECONDS, UTC).isoformat(),
            statistic_ids=[statistic_id],
            period="hour",
            units={"energy": "Wh", "volume": "L"},
            types=["change"],
        )
        return {row["start"] // 1000: row["change"] for row in rows.get(statistic_id, [])}

    async def all_changes(self, statistic_ids: Sequence[str]) -> list[_Changes]:
        """The same of some."""
        return [await self.changes(statistic_id) for statistic_id in statistic_ids]


async def add_dsmr(api: Api, source: str) -> str:
    """Add dsmr as a person does, and have it take every telegram; its config entry."""
    flow = await api.post("/api/config/config_entries/flow", {"handler": "dsmr"})
    path = f"/api/config/config_entries/flow/{flow['flow_id']}"
    entry = (await api.post(path, {"port": f"socket://{source}", "dsmr_version": "5B"}))["result"]["entry_id"]
    flow = await api.post("/api/config/config_entries/options/flow", {"handler": entry})
    await api.post(f"/api/config/config_entries/options/flow/{flow['flow_id']}", {"time_between_update": 0})
    return str(entry)


async def dsmr_sensors(api: Api, entry: str) -> dict[str, str]:
    """Wait for its sensors: entity ids by the end of their unique ids."""
    wanted = {*_REGISTERS, _GAS}
    async with (
        asyncio.timeout(_PATIENCE_SECONDS),
        api.subscription("subscribe_events", event_type="entity_registry_updated") as changes,
    ):
        while True:
            found = {
                entity["unique_id"].partition("_")[2] or entity["unique_id"]: entity["entity_id"]
                for entity in await api.command("config/entity_registry/list")
                if entity["config_entry_id"] == entry
            }
            if wanted <= found.keys():
                return found
            await changes.get()


async def record(api: Api, statistic_id: str, unit_class: str, unit: str, shown: Sequence[int], first: int) -> None:
    """What Home Assistant has recorded of a sensor that counted for months.

    :param shown: Wh or l at the beginning of the first hour and at the end of each one.
    """
    rows = [
        {
            "start": datetime.fromtimestamp(first + number * HOUR_SECONDS, UTC).isoformat(),
            "state": value / 1000,
            "sum": (value - shown[0]) / 1000,
        }
        for number, value in enumerate(shown[1:])
    ]
    metadata = {
        "has_sum": True,
        "mean_type": 0,
        "name": None,
        "source": "recorder",
        "statistic_id": statistic_id,
        "unit_class": unit_class,
        "unit_of_measurement": unit,
    }
    await api.command("recorder/import_statistics", metadata=metadata, stats=rows)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def predecessor(dutch: Command, dutch_api: Api, house: House) -> AsyncIterator[Predecessor]:
    """It has read the same meter for three months; the board's card has the last one."""
    api = dutch_api
    await history_arrived(api, dutch.board())
    source = re.search(r"listening on tcp://(\S+)", (dutch.state.logs / "meter.log").read_text(encoding="utf-8"))
    assert source is not None
    entry = await add_dsmr(api, source[1])
    old = await dsmr_sensors(api, entry)
    # Up to the hour before it was added, which Home Assistant will make no row of by itself.
    first = (int(time.time()) // HOUR_SECONDS - _HOURS - 1) * HOUR_SECONDS
    readings: list[Reading] = [house.reading(first + number * HOUR_SECONDS) for number in range(_HOURS + 1)]
    for key, name in _REGISTERS.items():
        await record(api, old[key], "energy", "kWh", [getattr(reading, name) for reading in readings], first)
    litres = [reading.gas.litres for reading in readings]
    await record(api, old[_GAS], "volume", "m³", litres, first)
    ours = await sensors_of(api, dutch.board(), set(_SAME))
    predecessor = Predecessor(api=api, old=old, ours=ours, first=first, entry=entry)

    async def is_recorded() -> bool:
        return len(await predecessor.changes(old[_GAS])) >= _HOURS

    await eventually(is_recorded, _PATIENCE_SECONDS)
    yield predecessor
    with contextlib.suppress(ApiError):
        await api.delete(f"/api/config/config_entries/entry/{entry}")


async def open_the_form(page: Page, dutch: Command) -> None:
    await page.goto(f"{dutch.url}/config/integrations/integration/digimon")
    await page.get_by_role("button", name="Configureer").first.click()
    await page.get_by_text("De geschiedenis van oudere sensoren overnemen", exact=True).click()
    await expect(page.get_by_text("Wat telde er vroeger?", exact=True)).to_be_visible()


async def dialog_of(page: Page, title: str, button: str) -> FloatRect:
    """Where a dialog is, from its title to its button."""
    upper = await page.get_by_text(title, exact=True).bounding_box()
    lower = await page.get_by_role("button", name=button).bounding_box()
    assert upper is not None
    assert lower is not None
    left, top = upper["x"] - _BEFORE_TITLE, upper["y"] - _MARGIN
    right, bottom = lower["x"] + lower["width"] + _MARGIN, lower["y"] + lower["height"] + _MARGIN
    return {"x": left, "y": top, "width": right - left, "height": bottom - top}


async def test_what_does_not_fit_is_told_beside_it(predecessor: Predecessor, dutch: Command, dutch_page: Page) -> None:
    page = dutch_page
    await open_the_form(page, dutch)
    field = page.locator("ha-selector-statistic").first
    await field.locator("ha-statistic-picker").last.click()
    await page.keyboard.type("nettovermogen")
    await expect(page.locator("ha-combo-box-item").filter(has_text="Nettovermogen").first).to_be_visible()
    await page.keyboard.press("Enter")
    await expect(field).to_contain_text("Nettovermogen")
    await page.get_by_role("button", name="Verzend").click()
    alerts = page.locator("ha-alert[alert-type=error]")
    await expect(alerts.first).to_contain_text("Eén sensor past niet")
    await expect(alerts.nth(1)).to_contain_text("Nettovermogen past hier niet")
    # What was chosen is still there.
    await expect(field).to_contain_text("Energieverbruik (tarief 2)")
    await page.keyboard.press("Escape")


async def test_a_fleming_takes_over_what_dsmr_counted(
    predecessor: Predecessor, dutch: Command, dutch_page: Page, screenshots: Path
) -> None:
    page, old = dutch_page, predecessor.old
    before = {key: await predecessor.changes(predecessor.ours[key]) for key in _SAME}
    counted = {key: await predecessor.all_changes([old[name] for name in names]) for key, names in _SAME.items()}

    await open_the_form(page, dutch)
    # Nothing has to be looked for: what counts the same is there, also the gas.
    fields = page.locator("ha-selector-statistic")
    await expect(fields.first).to_contain_text("Energieverbruik (tarief 1)")
    await expect(fields.first).to_contain_text("Energieverbruik (tarief 2)")
    await expect(fields.nth(6)).to_contain_text("Gasverbruik")
    await page.screenshot(path=screenshots / "overnemen-kiezen-nl.png")
    await page.get_by_role("button", name="Verzend").click()
    await expect(page.get_by_text("Overnemen?", exact=True)).to_be_visible()
    # From when until when, and how much: before anything is written.
    first_day = f"{datetime.fromtimestamp(predecessor.first).astimezone():%d/%m/%Y}"
    told = page.get_by_text(re.compile(rf"^Afgenomen energie: {first_day} . \d\d/\d\d/20\d\d, \d+\skWh$"))
    await expect(told).to_be_visible()
    await expect(page.get_by_text(re.compile(rf"^Gasverbruik: {first_day} .*\d\sm³$"))).to_be_visible()
    await page.screenshot(path=screenshots / "overnemen-nl.png", clip=await dialog_of(page, "Overnemen?", "Verzend"))
    assert await predecessor.changes(predecessor.ours["consumed_energy"]) == before["consumed_energy"]
    await page.get_by_role("button", name="Verzend").click()
    await expect(page.get_by_text("Overgenomen, en uur per uur nagekeken:")).to_be_visible()
    await page.screenshot(path=screenshots / "overgenomen-nl.png")
    await page.get_by_role("button", name="Sluit").last.click()

    for key, names in _SAME.items():
        ours = await predecessor.changes(predecessor.ours[key])
        seam = min(before[key])
        assert seam >= predecessor.first + (_DAYS - HISTORY_DAYS - 2) * DAY_SECONDS
        # Hour by hour what dsmr counted, without a gap up to ours.
        assert list(ours)[: (seam - predecessor.first) // HOUR_SECONDS] == list(
            range(predecessor.first, seam, HOUR_SECONDS)
        )
        for start in range(predecessor.first + HOUR_SECONDS, seam, HOUR_SECONDS):
            assert abs(ours[start] - sum(changes[start] for changes in counted[key])) < _TOLERANCE_WH, (key, start)
        # Where both meet, the hour is the one that dsmr counted whole, and not all that the meter ever did.
        assert abs(ours[seam] - sum(changes[seam] for changes in counted[key])) < _TOLERANCE_WH, key
        # What ours had, it has.
        later = [start for start in before[key] if start > seam]
        assert len(later) > (HISTORY_DAYS - 2) * 24
        assert all(abs(ours[start] - before[key][start]) < _TOLERANCE_WH for start in later), key
        assert await predecessor.all_changes([old[name] for name in names]) == counted[key]


async def test_once_more_there_is_nothing_to_take_over(
    predecessor: Predecessor, dutch: Command, dutch_page: Page
) -> None:
    await open_the_form(dutch_page, dutch)
    await dutch_page.get_by_role("button", name="Verzend").click()
    await expect(dutch_page.get_by_text(re.compile("^Er valt niets over te nemen"))).to_be_visible()
    await dutch_page.get_by_role("button", name="Sluit").last.click()


async def test_what_was_taken_over_stays_when_dsmr_goes(predecessor: Predecessor) -> None:
    ours = await predecessor.changes(predecessor.ours["consumed_energy"])
    old = await predecessor.changes(predecessor.old["electricity_used_tariff_1"])
    await predecessor.api.delete(f"/api/config/config_entries/entry/{predecessor.entry}")
    assert await predecessor.changes(predecessor.ours["consumed_energy"]) == ours
    # Nor does Home Assistant forget what dsmr counted.
    assert await predecessor.changes(predecessor.old["electricity_used_tariff_1"]) == old
