"""What cards and automations get of quarters is what the house did in them."""

import asyncio
import time
from datetime import UTC, datetime, timedelta

import pytest

from core.clock import day_quarters, quarter_start
from develop.api import Api
from simulator.house import House

from .command import PATIENCE_SECONDS, Command
from .expected import deviating, expected, missing

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_card_is_told_the_running_quarter(api: Api, command: Command, house: House) -> None:
    async with api.subscription("digimon/quarter/subscribe") as events:
        async with asyncio.timeout(PATIENCE_SECONDS):
            first = await events.get()
            second = await events.get()
    assert first["available"]
    assert second["time"] > first["time"]
    values = first["quarter"]["consumed_power_interval_avgs"]
    missed = missing(values, first["quarter"]["start"])
    assert set(missed) <= set(command.before_the_board())
    assert deviating(zip(values, house.intervals(first["quarter"]["start"]), strict=False)) <= 2 + len(missed)
    assert first["live"]["net_power"] is not None
    # None in the first quarter of a month.
    assert (first["month_peak"] or {"power": None})["power"] == expected(house, first["time"])["month_peak"]


async def test_a_day_of_the_card_is_what_the_house_took(api: Api, house: House) -> None:
    day = (datetime.now(UTC) - timedelta(days=3)).date()
    answer = await api.command("digimon/day/get", date=day.isoformat())
    ids = day_quarters(day.year, day.month, day.day)
    assert answer["quarter_ids"] == ids
    assert [quarter["quarter_id"] for quarter in answer["quarters"]] == ids
    for quarter in answer["quarters"]:
        consumed, produced = house.quarter_energy(quarter["start"])
        assert quarter["consumed_energy"] == pytest.approx(consumed / 3600, abs=1)
        assert quarter["produced_energy"] == pytest.approx(produced / 3600, abs=1)
    assert day.isoformat() in (await api.command("digimon/days"))["days"]


async def test_an_action_answers_with_a_stored_quarter(api: Api, house: House) -> None:
    when = datetime.fromtimestamp(int(time.time()) - 2 * 86_400, UTC)
    answer = await api.command(
        "call_service",
        domain="digimon",
        service="get_quarter",
        service_data={"time": when.isoformat()},
        return_response=True,
    )
    quarter = answer["response"]["quarter"]
    assert quarter_start(quarter["quarter_id"]) <= when.timestamp() < quarter_start(quarter["quarter_id"]) + 900
    assert quarter["consumed_power_interval_avgs"] == [consumed for consumed, _ in house.intervals(quarter["start"])]


async def test_the_editor_offers_our_triggers_and_conditions(api: Api) -> None:
    for subject, name in (("trigger", "digimon.quarter_finished"), ("condition", "digimon.is_injecting")):
        async with api.subscription(f"{subject}_platforms/subscribe") as events, asyncio.timeout(PATIENCE_SECONDS):
            while name not in (await events.get()):
                pass


async def test_the_month_peaks_are_those_of_the_house(api: Api, house: House) -> None:
    peaks = (await api.command("digimon/month_peaks"))["peaks"]
    utc = int(time.time())
    ended = [peak["power"] for peak in peaks if not peak["running"]]
    assert ended == [month.peak.power for month in house.reading(utc).peaks]
    # None in the first quarter of a month.
    has_peak = expected(house, utc)["month_peak"] is not None
    assert [peak["running"] for peak in peaks[len(ended) :]] == [True] * has_peak
