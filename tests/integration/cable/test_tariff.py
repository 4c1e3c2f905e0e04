"""The capacity tariff of a meter that is read through a cable: bill, forecast and warning, as through a board."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
from freezegun.api import FrozenDateTimeFactory
from homeassistant.const import CONF_DEVICE, STATE_UNAVAILABLE
from homeassistant.core import HomeAssistant
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.digimon.cable.probe import unique_id_of
from custom_components.digimon.capacity.events import Event, PeakWarning
from custom_components.digimon.const import DOMAIN
from tests.capacity.test_loads import CASES, WITHIN_SECONDS
from tests.integration.test_loads import LEAD_IN_SECONDS, POLL_SECONDS, QUARTER, Meter

from .test_entry import telegrams

CAR = CASES["car"]

pytestmark = pytest.mark.usefixtures("enable_custom_integrations", "at_once")


@pytest.fixture
async def meter(socket_enabled: None) -> AsyncIterator[tuple[Meter, asyncio.Server]]:
    """The meter of a car that begins to charge with the quarter, and where it listens."""
    meter = Meter(CAR.load)
    server = await asyncio.start_server(meter.accept, "127.0.0.1", 0)
    yield meter, server
    if meter.connected.done():
        meter.connected.result().transport.abort()
    server.close()


class House:
    """A Home Assistant with a cable."""

    def __init__(
        self, hass: HomeAssistant, meter: tuple[Meter, asyncio.Server], freezer: FrozenDateTimeFactory
    ) -> None:
        self.hass, self.meter, self.server, self.freezer = hass, *meter, freezer
        number = self.server.sockets[0].getsockname()[1]
        self.entry = MockConfigEntry(
            domain=DOMAIN,
            title="P1",
            unique_id=unique_id_of("1SAG1100000007"),
            data={CONF_DEVICE: f"socket://127.0.0.1:{number}"},
            options={"capacity": {"area": "antwerpen", "goal_w": 2500}},
        )
        self.entry.add_to_hass(hass)
        self.now = QUARTER - LEAD_IN_SECONDS
        self.sent = 0
        self.events: list[Event] = []

    async def start(self) -> None:
        """Set up with the first telegrams."""
        self.freezer.move_to(datetime.fromtimestamp(self.now, UTC))
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._send(POLL_SECONDS))
            assert await self.hass.config_entries.async_setup(self.entry.entry_id)
        await self._heard()
        await self.hass.async_block_till_done()
        self.entry.runtime_data.tariff.async_listen(lambda event, _: self.events.append(event))

    async def pass_until(self, utc: int) -> None:
        """Let the meter send every second, and Home Assistant poll every five."""
        while self.now < utc:
            await self._send(POLL_SECONDS)
            await self._heard()
            self.freezer.move_to(datetime.fromtimestamp(self.now, UTC))
            await self.entry.runtime_data.coordinator.async_refresh()
            await self.hass.async_block_till_done()

    async def _heard(self) -> None:
        """All that was sent has come; the clock of the loop stands still, so nothing can sleep."""
        while telegrams(self.entry) < self.sent:  # noqa: ASYNC110 - nothing else tells that bytes have come through
            await asyncio.sleep(0)

    async def _send(self, seconds: int) -> None:
        await self.meter.send(self.now, self.now + seconds)
        self.now += seconds
        self.sent += seconds

    def state(self, entity_id: str) -> str | None:
        found = self.hass.states.get(entity_id)
        return None if found is None else found.state

    async def first(self, entity_id: str, states: set[str], until_utc: int) -> int:
        """The second of the quarter at which an entity has one of these states; fails when it does not come."""
        while self.state(entity_id) not in states:
            assert self.now < until_utc, self.state(entity_id)
            await self.pass_until(self.now + POLL_SECONDS)
        return self.now - QUARTER


@pytest.fixture
async def house(
    hass: HomeAssistant, meter: tuple[Meter, asyncio.Server], freezer: FrozenDateTimeFactory
) -> AsyncIterator[House]:
    house = House(hass, meter, freezer)
    await house.start()
    yield house
    await hass.config_entries.async_unload(house.entry.entry_id)


async def test_the_bill_is_right_with_the_first_telegram(house: House) -> None:
    peaks = house.meter.house.reading(QUARTER).peaks
    kilowatts = [*[max(2.5, past.peak.power / 1000) for past in peaks][-11:], 2.5]
    billed = sum(kilowatts) / len(kilowatts)
    assert float(str(house.state("sensor.p1_billed_power"))) == pytest.approx(billed, abs=0.001)
    assert float(str(house.state("sensor.p1_capacity_tariff_this_month"))) == pytest.approx(
        billed * 49.4036563 * 1.06 / 12, abs=0.01
    )
    assert house.state("number.p1_peak_goal") == "2.5"


async def test_the_warning_comes_when_it_comes_through_a_board(house: House) -> None:
    told = await house.first("binary_sensor.p1_month_peak_at_risk", {"on"}, QUARTER + 120)
    assert abs(told - int(CAR.person or 0)) <= WITHIN_SECONDS
    (warning,) = [event for event in house.events if isinstance(event, PeakWarning)]
    assert warning.target_w == 2500
    assert abs(warning.projected_w - CAR.end_w) < 200
    assert float(str(house.state("sensor.p1_cost_of_a_new_peak"))) > 20
    certain = await house.first("sensor.p1_peak_risk", {"certain"}, QUARTER + 330)
    assert abs(certain - int(CAR.certain or 0)) <= WITHIN_SECONDS
    assert house.state("sensor.p1_steady_limit") == "0"
    assert house.state("event.p1_quarter") is not None


async def test_a_cable_that_is_lost_leaves_a_limit_to_go_by(house: House) -> None:
    await house.pass_until(QUARTER + 100)
    assert house.state("binary_sensor.p1_month_peak_at_risk") == "on"
    house.server.close()
    (await house.meter.connected).transport.abort()
    coordinator = house.entry.runtime_data.coordinator
    while coordinator.last_update_success:
        # The port is opened again after a pause.
        house.freezer.tick(1)
        await asyncio.sleep(0)
        await coordinator.async_refresh()
    await house.hass.async_block_till_done()
    assert house.state("binary_sensor.p1_month_peak_at_risk") == STATE_UNAVAILABLE
    assert house.state("sensor.p1_projected_quarter") == STATE_UNAVAILABLE
    assert house.state("sensor.p1_steady_limit") == "2350"
