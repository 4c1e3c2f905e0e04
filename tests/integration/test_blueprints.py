"""The blueprints, run in Home Assistant: what they say and what they switch."""

import asyncio
import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import PropertyMock, patch

import pytest
from freezegun.api import FrozenDateTimeFactory
from homeassistant.components.blueprint.models import DomainBlueprints
from homeassistant.core import HomeAssistant, ServiceCall
from homeassistant.setup import async_setup_component
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_fire_time_changed,
    async_mock_service,
)

from .board import Board
from .conftest import EVENING, LOW_GOAL, At, automate, car_in_the_evening
from .metered import Load, Metered

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "blueprints" / "automation"
NAMES = sorted(path.stem for path in (FOLDER / "digimon").glob("*.yaml"))
EVENT = "event.digimon_quarter"


@pytest.fixture(autouse=True)
async def blueprints(hass: HomeAssistant) -> AsyncIterator[None]:
    """Home Assistant finds the blueprints where they are in the repository; what runs ends with the test."""
    with patch.object(DomainBlueprints, "blueprint_folder", PropertyMock(return_value=FOLDER)):
        yield
    for automation in hass.states.async_entity_ids("automation"):
        await hass.services.async_call("automation", "turn_off", {"entity_id": automation}, blocking=True)


@pytest.fixture
def load() -> Load:
    return car_in_the_evening


@pytest.fixture
def options() -> dict[str, Any]:
    return LOW_GOAL


async def use(hass: HomeAssistant, name: str, **inputs: Any) -> None:
    """Make an automation of a blueprint."""
    automation = {"use_blueprint": {"path": f"digimon/{name}.yaml", "input": inputs}}
    await automate(hass, automation)
    (state,) = hass.states.async_all("automation")
    assert state.state == "on", f"{name} is no valid automation"


async def settle() -> None:
    """Let everything happen that needs no time; Home Assistant's own way would wait for an automation that waits."""
    for _ in range(100):
        await asyncio.sleep(0)


async def pass_time(hass: HomeAssistant, freezer: FrozenDateTimeFactory, seconds: float) -> None:
    freezer.tick(timedelta(seconds=seconds))
    async_fire_time_changed(hass)
    await settle()


def said(calls: list[ServiceCall]) -> list[tuple[str, str]]:
    return [(call.data.get("title", ""), call.data["message"]) for call in calls]


@pytest.mark.parametrize(
    ("language", "title", "expected"),
    [
        (
            "en",
            "This quarter-hour becomes a peak",
            r"expected 7\.\d kW, target 2\.5 kW; costs 2\d\.\d\d euro over twelve bills",
        ),
        (
            "nl",
            "Dit kwartier wordt een piek",
            r"verwacht 7,\d kW, streefpiek 2,5 kW; kost 2\d,\d\d euro over twaalf rekeningen",
        ),
        (
            "fr",
            "Ce quart d'heure devient une pointe",
            r"prévu 7,\d kW, cible 2,5 kW; coûte 2\d,\d\d euros sur douze factures",
        ),
        (
            "de",
            "Diese Viertelstunde wird eine Spitze",
            r"erwartet 7,\d kW, Ziel 2,5 kW; kostet 2\d,\d\d Euro über zwölf Rechnungen",
        ),
    ],
)
async def test_a_phone_gets_a_message_with_the_euros(
    hass: HomeAssistant, running: MockConfigEntry, at: At, language: str, title: str, expected: str
) -> None:
    messages = async_mock_service(hass, "notify", "send_message")
    await use(hass, "peak_message", board=EVENT, phones=["notify.phone"], language=language)
    for second in range(-10, 300, 5):
        await at(EVENING + second)
    ((told, message),) = said(messages)
    assert told == title
    assert re.match(expected, message), message
    assert messages[0].data["entity_id"] == ["notify.phone"]


@pytest.mark.parametrize("wanted", [True, False])
async def test_a_phone_is_told_a_new_peak_when_that_is_wanted(
    hass: HomeAssistant, running: MockConfigEntry, at: At, metered: Metered, *, wanted: bool
) -> None:
    messages = async_mock_service(hass, "notify", "send_message")
    await use(hass, "peak_message", board=EVENT, phones=["notify.phone"], language="nl", tell_new_peak=wanted)
    metered.follows_peak = True
    for second in range(870, 906, 5):
        await at(EVENING + second)
    assert said(messages) == (
        [("Nieuwe maandpiek", "van 2,00 naar 7,90 kW; kost 23,57 euro over twaalf rekeningen")] if wanted else []
    )


@pytest.mark.parametrize("options", [{"capacity": {"goal_w": 2500}}])
async def test_without_euros_the_message_has_the_powers(hass: HomeAssistant, running: MockConfigEntry, at: At) -> None:
    messages = async_mock_service(hass, "notify", "send_message")
    await use(hass, "peak_message", board=EVENT, phones=["notify.phone"])
    for second in range(-10, 100, 5):
        await at(EVENING + second)
    ((_, message),) = said(messages)
    assert message.startswith("expected 7")
    assert "euro" not in message


@pytest.mark.parametrize(("until_time", "spoken"), [("22:00:00", 1), ("08:00:00", 0)])
async def test_a_speaker_says_it_except_at_night(
    hass: HomeAssistant, running: MockConfigEntry, at: At, until_time: str, spoken: int
) -> None:
    await hass.config.async_set_time_zone("Europe/Brussels")
    speech = async_mock_service(hass, "tts", "speak")
    await use(
        hass,
        "announce",
        board=EVENT,
        voice="tts.voice",
        speakers=["media_player.kitchen"],
        language="nl",
        until_time=until_time,
    )
    for second in range(-10, 100, 5):
        await at(EVENING + second)
    assert len(speech) == spoken
    for call in speech:
        assert re.fullmatch(
            r"Opgelet met stroom: dit kwartier gaat naar 7,\d kilowatt\. Dat zou 2\d euro kosten\.",
            call.data["message"],
        )
        assert call.data["media_player_entity_id"] == ["media_player.kitchen"]


class TestLoadsOffAndOn:
    """By priority, and only as many as needed."""

    warning = "binary_sensor.shed"
    room = "sensor.room"
    loads = ("input_boolean.boiler", "input_boolean.dryer", "input_boolean.heat_pump")

    @pytest.fixture
    async def house(self, hass: HomeAssistant) -> HomeAssistant:
        names = {load.split(".")[1]: {"initial": True} for load in self.loads}
        assert await async_setup_component(hass, "homeassistant", {})
        assert await async_setup_component(hass, "input_boolean", {"input_boolean": names})
        hass.states.async_set(self.warning, "off")
        hass.states.async_set(self.room, "1500")
        await use(hass, "shed_loads", warning=self.warning, room=self.room, loads=list(self.loads), pause=10)
        return hass

    def on(self, hass: HomeAssistant) -> list[str]:
        return [load for load in self.loads if hass.states.is_state(load, "on")]

    async def see(self, hass: HomeAssistant, *, warning: str, room: int) -> None:
        hass.states.async_set(self.room, str(room))
        hass.states.async_set(self.warning, warning)
        await settle()

    async def test_the_least_important_one_goes_first_and_comes_back_last(
        self, house: HomeAssistant, freezer: FrozenDateTimeFactory
    ) -> None:
        boiler, dryer, heat_pump = self.loads
        await self.see(house, warning="on", room=-3000)
        assert self.on(house) == [dryer, heat_pump]
        await pass_time(house, freezer, 11)
        assert self.on(house) == [heat_pump]
        # Two were enough.
        await self.see(house, warning="on", room=200)
        await pass_time(house, freezer, 11)
        assert self.on(house) == [heat_pump]
        # A little room is not enough to come back.
        await self.see(house, warning="off", room=1500)
        assert self.on(house) == [heat_pump]
        await self.see(house, warning="off", room=2500)
        assert self.on(house) == [dryer, heat_pump]
        await self.see(house, warning="off", room=500)
        await pass_time(house, freezer, 11)
        assert self.on(house) == [dryer, heat_pump]
        await self.see(house, warning="off", room=2100)
        assert self.on(house) == [boiler, dryer, heat_pump]

    async def test_room_in_kilowatts_is_room(self, house: HomeAssistant, freezer: FrozenDateTimeFactory) -> None:
        _, dryer, heat_pump = self.loads
        await self.see(house, warning="on", room=-1000)
        assert self.on(house) == [dryer, heat_pump]
        await self.see(house, warning="off", room=200)
        await pass_time(house, freezer, 11)
        for room, back in (("1.9", 2), ("2.1", 3)):
            house.states.async_set(self.room, room, {"unit_of_measurement": "kW"})
            await settle()
            assert len(self.on(house)) == back

    @pytest.mark.parametrize("warning", ["off", "unavailable", "on"])
    async def test_what_finds_no_room_for_an_hour_comes_back_as_soon_as_no_peak_is_at_risk(
        self, house: HomeAssistant, freezer: FrozenDateTimeFactory, warning: str
    ) -> None:
        _, dryer, heat_pump = self.loads
        await self.see(house, warning="on", room=-1000)
        await self.see(house, warning="off", room=100)
        await pass_time(house, freezer, 11)
        assert self.on(house) == [dryer, heat_pump]
        await self.see(house, warning=warning, room=100)
        await pass_time(house, freezer, 3500)
        assert self.on(house) == [dryer, heat_pump]
        await pass_time(house, freezer, 101)
        assert self.on(house) == ([dryer, heat_pump] if warning == "on" else list(self.loads))
        await self.see(house, warning="off", room=100)
        assert self.on(house) == list(self.loads)

    async def test_what_was_off_already_stays_off(self, house: HomeAssistant, freezer: FrozenDateTimeFactory) -> None:
        boiler, dryer, heat_pump = self.loads
        await house.services.async_call("input_boolean", "turn_off", {"entity_id": boiler}, blocking=True)
        await self.see(house, warning="on", room=-1000)
        assert self.on(house) == [heat_pump]
        await pass_time(house, freezer, 11)
        await self.see(house, warning="off", room=5000)
        await pass_time(house, freezer, 11)
        await pass_time(house, freezer, 11)
        assert self.on(house) == [dryer, heat_pump]


WARNING = "binary_sensor.digimon_switch_loads_off"


@pytest.fixture
async def boiler(hass: HomeAssistant, running: MockConfigEntry) -> str:
    """A load that goes off when the board says so."""
    assert await async_setup_component(hass, "homeassistant", {})
    assert await async_setup_component(hass, "input_boolean", {"input_boolean": {"boiler": {"initial": True}}})
    room = "sensor.digimon_room_for_another_appliance"
    await use(hass, "shed_loads", warning=WARNING, room=room, loads=["input_boolean.boiler"])
    return "input_boolean.boiler"


@pytest.fixture
def poll(running: MockConfigEntry, metered: Metered, freezer: FrozenDateTimeFactory) -> At:
    """Poll at an instant, and wait for nobody who hears of it."""

    async def poll_at(utc: int) -> None:
        metered.show(utc)
        freezer.move_to(datetime.fromtimestamp(utc, UTC))
        await running.runtime_data.coordinator.async_refresh()

    return poll_at


async def test_a_board_that_comes_back_to_a_quarter_at_risk_switches_off(
    hass: HomeAssistant, boiler: str, at: At, poll: At, board: Board
) -> None:
    for second in range(-5, 55, 5):
        await at(EVENING + second)
    assert hass.states.is_state(WARNING, "off")
    await board.stop()
    await at(EVENING + 55)
    assert hass.states.is_state(WARNING, "unavailable")
    await board.start()
    await poll(EVENING + 70)
    assert hass.states.is_state(WARNING, "on")
    await settle()
    assert hass.states.is_state(boiler, "off")


def last_call(utc: int) -> int:
    """A house at its target, and an oven, a kettle and a dryer in the last two minutes."""
    return 14_000 if utc >= EVENING + 790 else 2300


@pytest.mark.parametrize("load", [last_call])
async def test_what_leaves_no_time_to_see_whether_it_lasts_switches_off(
    hass: HomeAssistant, boiler: str, at: At, poll: At
) -> None:
    """There was room with the poll before, and the warning comes before the room of this one."""
    for second in (0, 5, *range(735, 795, 5)):
        await at(EVENING + second)
    seconds = iter(range(795, 840, 5))
    while hass.states.is_state(WARNING, "off"):
        await poll(EVENING + next(seconds))
        await settle()
    assert hass.states.is_state(boiler, "off")


class TestCharger:
    """The car takes what the house leaves."""

    @pytest.fixture
    async def charging(self, hass: HomeAssistant) -> HomeAssistant:
        assert await async_setup_component(hass, "homeassistant", {})
        assert await async_setup_component(hass, "input_boolean", {"input_boolean": {"charger": {"initial": True}}})
        current = {"current": {"min": 0, "max": 32, "initial": 16}}
        assert await async_setup_component(hass, "input_number", {"input_number": current})
        self.see(hass, limit=5000, net=500, charger=0)
        await use(
            hass,
            "charger_follows_limit",
            limit="sensor.limit",
            net_power="sensor.net",
            charger_power="sensor.charger",
            current="input_number.current",
            enabled="input_boolean.charger",
        )
        return hass

    @staticmethod
    def see(
        hass: HomeAssistant, *, limit: float, net: float | str, charger: float, unit: str = "W", ours: str = "W"
    ) -> None:
        """:param ours: the unit in which somebody wants to see the sensors of the board."""
        hass.states.async_set("sensor.limit", str(limit), {"unit_of_measurement": ours})
        hass.states.async_set("sensor.net", str(net), {"unit_of_measurement": ours})
        hass.states.async_set("sensor.charger", str(charger), {"unit_of_measurement": unit})

    @pytest.mark.parametrize(
        ("limit", "net", "charger", "unit", "ampere", "switch"),
        [
            # 5000 - 500 for the rest of the house: 4500 W are 19 A, and no more than 16 is allowed.
            (5000, 500, 0, "W", 16, "on"),
            # The house without the car takes 1200 W: 2400 W are left.
            (3600, 4880, 3680, "W", 10, "on"),
            (3600, 4880, 3.68, "kW", 10, "on"),
            # Panels give: more is left.
            (2400, -600, 0, "W", 13, "on"),
            # 900 W are no 6 A.
            (2400, 1500, 0, "W", 16, "off"),
            # Nothing is known of the house.
            (2350, "unavailable", 0, "W", 16, "off"),
        ],
    )
    async def test_it_follows_the_steady_limit(
        self,
        charging: HomeAssistant,
        freezer: FrozenDateTimeFactory,
        limit: int,
        net: int | str,
        charger: float,
        unit: str,
        ampere: int,
        switch: str,
    ) -> None:
        self.see(charging, limit=limit, net=net, charger=charger, unit=unit)
        await pass_time(charging, freezer, 21)
        current = charging.states.get("input_number.current")
        assert current is not None
        assert float(current.state) == ampere
        assert charging.states.is_state("input_boolean.charger", switch)

    async def test_it_follows_a_limit_in_kilowatts(
        self, charging: HomeAssistant, freezer: FrozenDateTimeFactory
    ) -> None:
        self.see(charging, limit=3.6, net=4.88, charger=3680, ours="kW")
        await pass_time(charging, freezer, 21)
        current = charging.states.get("input_number.current")
        assert current is not None
        assert float(current.state) == 10
        assert charging.states.is_state("input_boolean.charger", "on")

    async def test_it_comes_back_when_there_is_an_ampere_to_spare(
        self, charging: HomeAssistant, freezer: FrozenDateTimeFactory
    ) -> None:
        for limit, switch in ((1000, "off"), (1900, "off"), (2200, "on")):
            self.see(charging, limit=limit, net=500, charger=0)
            await pass_time(charging, freezer, 21)
            assert charging.states.is_state("input_boolean.charger", switch), limit


@pytest.mark.parametrize("language", ["en", "nl"])
async def test_the_week_is_summed_up_on_its_day(
    hass: HomeAssistant, running: MockConfigEntry, at: At, freezer: FrozenDateTimeFactory, language: str
) -> None:
    await hass.config.async_set_time_zone("Europe/Brussels")
    # In most languages the calendar has a comma.
    hass.config.language = language
    messages = async_mock_service(hass, "notify", "send_message")
    await use(
        hass,
        "weekly_summary",
        month_peak="sensor.digimon_month_peak",
        cost_month="sensor.digimon_capacity_tariff_this_month",
        peaks="calendar.digimon_peaks",
        phones=["notify.phone"],
        language="nl",
        weekday="wed",
        time="18:05:00",
    )
    for second in (0, 5, 290, 295, 300, 305):
        await at(EVENING + second)
    ((title, message),) = said(messages)
    assert title == "Pieken van de week"
    assert message.startswith(
        "maandpiek 2,00 kW; capaciteitstarief deze maand 15,53 euro; hoogste kwartieren: 10/06 02:00"
    )
    assert "2,00 kW" in message


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("readme", ["README.md", "README.nl.md"])
def test_every_blueprint_can_be_imported_from_the_readme(name: str, readme: str) -> None:
    text = (ROOT / readme).read_text(encoding="utf-8")
    address = f"https://github.com/digimon-energy/digimon/blob/main/blueprints/automation/digimon/{name}.yaml"
    assert f"source_url: {address}" in (FOLDER / "digimon" / f"{name}.yaml").read_text(encoding="utf-8")
    quoted = address.replace(":", "%3A").replace("/", "%2F")
    assert f"https://my.home-assistant.io/redirect/blueprint_import/?blueprint_url={quoted}" in text


def test_there_are_five() -> None:
    assert NAMES == ["announce", "charger_follows_limit", "peak_message", "shed_loads", "weekly_summary"]
