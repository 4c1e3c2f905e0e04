"""The numbers in Home Assistant are the house's."""

import asyncio
import time

import pytest

from core.clock import DAY_SECONDS, INTERVAL_SECONDS, QUARTER_SECONDS, quarter_id_at, quarter_path, quarter_start
from develop.api import Api
from simulator.house import House

from .command import PATIENCE_SECONDS, Command
from .expected import average_bounds, deviating, missing, second_of, values_of

pytestmark = pytest.mark.asyncio(loop_scope="session")

_POLLS = 3
# After which an answer is given up.
_ANSWER_SECONDS = 4


async def test_every_state_is_what_the_house_says_of_the_same_second(
    api: Api, sensors: dict[str, str], command: Command, house: House
) -> None:
    async with api.subscription("subscribe_events", event_type="state_changed") as changes:
        heard = command.board_document("/current/meter")["time"]
        seen: set[int] = set()
        while len(seen) < _POLLS:
            async with asyncio.timeout(PATIENCE_SECONDS):
                while (await changes.get())["data"]["entity_id"] != sensors["net_power"]:
                    pass
            states = await api.command("get_states")
            shown = values_of(states, sensors)
            second = second_of(house, shown, time.time())
            assert second is not None, shown
            (average,) = (int(state["state"]) for state in states if state["entity_id"] == sensors["quarter_average"])
            # The board is asked for the quarter, and when it has answered for the meter.
            bounds = [average_bounds(house, utc) for utc in range(second - _ANSWER_SECONDS, second + 1)]
            assert any(low <= average <= high for low, high in bounds), (average, bounds)
            seen.add(second)
    # One poll may have been under way when the board had heard that; those behind it tell what came later.
    assert max(seen) >= heard


async def test_what_the_sensors_are_for_home_assistant(api: Api, sensors: dict[str, str]) -> None:
    states = {state["entity_id"]: state["attributes"] for state in await api.command("get_states")}

    def kind(key: str) -> tuple[str | None, ...]:
        attributes = states[sensors[key]]
        return tuple(attributes.get(name) for name in ("device_class", "state_class", "unit_of_measurement"))

    assert kind("net_power") == ("power", "measurement", "W")
    assert kind("quarter_average")[0::2] == ("power", "W")
    assert kind("consumed_energy") == kind("produced_energy") == ("energy", "total_increasing", "kWh")


async def test_the_running_quarter_has_no_gap_where_the_card_ends_and_the_meter_begins(
    command: Command, house: House
) -> None:
    heard = command.board_document("/current/meter")["time"]
    document = command.board_document("/current/quarter")
    start = quarter_start(document["quarter_id"])
    values = document["consumed_power_interval_avgs"]
    # Up to the last telegram, whose quarter may have ended since.
    assert start + len(values) * INTERVAL_SECONDS > heard - INTERVAL_SECONDS
    missed = missing(values, start)
    assert set(missed) <= set(command.before_the_board())
    # The board heard a part of its first interval, and of the one that runs.
    assert deviating(zip(values, house.intervals(start), strict=False)) <= 2 + len(missed)


async def test_the_card_has_thirty_days(command: Command, house: House) -> None:
    now = int(time.time())
    for days in range(1, 31):
        start = (now - days * DAY_SECONDS + QUARTER_SECONDS) // QUARTER_SECONDS * QUARTER_SECONDS
        document = command.board_document(quarter_path(quarter_id_at(start)))
        assert document["consumed_power_interval_avgs"] == [consumed for consumed, _ in house.intervals(start)]
        assert document["produced_power_interval_avgs"] == [-produced for _, produced in house.intervals(start)]
