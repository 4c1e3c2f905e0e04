"""The energy dashboard."""

import asyncio
import time
from pathlib import Path

import pytest
from playwright.async_api import Page
from playwright.async_api import TimeoutError as NotShownError

from core.clock import HOUR_SECONDS, day_start, local_fields
from develop.api import Api
from develop.home import history_arrived
from simulator.house import House

from .command import PATIENCE_SECONDS, Command, eventually

pytestmark = pytest.mark.asyncio(loop_scope="session")

_COMPILE_SECONDS = 330
_LOOK_MILLISECONDS = 20_000
_WS_PER_KWH = 3_600_000


def _issues(validation: dict[str, list[list[dict[str, object]]]]) -> set[object]:
    return {issue["type"] for issues in validation["energy_sources"] for issue in issues}


async def test_it_is_set_up_with_the_meters_registers_and_net_power(api: Api, sensors: dict[str, str]) -> None:
    preferences = await api.command("energy/get_prefs")
    (source,) = preferences["energy_sources"]
    assert source["type"] == "grid"
    assert source["stat_energy_from"] == sensors["consumed_energy"]
    assert source["stat_energy_to"] == sensors["produced_energy"]
    assert source["stat_rate"] == sensors["net_power"]
    # Only statistics may be missing, until Home Assistant has made the first ones.
    assert _issues(await api.command("energy/validate")) <= {"statistics_not_defined"}


@pytest.mark.browser
async def test_its_page_shows_what_the_house_took_and_gave(
    api: Api, sensors: dict[str, str], house: House, command: Command, page: Page, screenshots: Path
) -> None:
    # Home Assistant is a minute old; what it shows of yesterday comes from the card.
    await history_arrived(api, command.board())

    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    table = page.locator("hui-energy-sources-table-card")

    async def shows_yesterday() -> bool:
        await page.goto(f"{command.url}/energy/electricity")
        # What the page that was left wanted to fetch is none of this one.
        errors.clear()
        year, month, day, hour, *_ = local_fields(int(time.time()))
        today = day_start(year, month, day)
        year, month, day, *_ = local_fields(today - HOUR_SECONDS)
        before, after = house.energy(day_start(year, month, day)), house.energy(today)
        taken = (after.consumed_t1 + after.consumed_t2 - before.consumed_t1 - before.consumed_t2) / _WS_PER_KWH
        given = (after.produced_t1 + after.produced_t2 - before.produced_t1 - before.produced_t2) / _WS_PER_KWH
        try:
            # In the first hour of a day the page begins with the day before.
            if hour:
                await page.get_by_role("button", name="Previous").click(timeout=_LOOK_MILLISECONDS)
            # On a dull day the total says the same.
            await table.get_by_text(f"{taken:.2f} kWh", exact=True).first.wait_for(timeout=_LOOK_MILLISECONDS)
            await table.get_by_text(f"-{given:.2f} kWh", exact=True).first.wait_for(timeout=_LOOK_MILLISECONDS)
        except NotShownError:
            return False
        return True

    # Who chooses another day while a busy machine still builds the page is not always heard.
    await eventually(shows_yesterday, PATIENCE_SECONDS)
    await page.screenshot(path=screenshots / "energy.png")
    assert await page.locator("hui-error-card, ha-alert[alert-type=error]").count() == 0
    assert errors == []


@pytest.mark.long
async def test_it_is_valid_as_soon_as_home_assistant_has_made_its_first_statistics(api: Api) -> None:
    async with api.subscription("subscribe_events", event_type="recorder_5min_statistics_generated") as made:
        async with asyncio.timeout(_COMPILE_SECONDS):
            await made.get()
        assert _issues(await api.command("energy/validate")) == set()
