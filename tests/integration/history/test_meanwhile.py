"""What people do while the card is still being brought over, which takes a board with the original firmware hours."""

import pytest
from homeassistant.components.recorder import get_instance
from homeassistant.components.recorder.statistics import get_metadata
from homeassistant.helpers import entity_registry as er

from core.clock import HOUR_SECONDS

from .conftest import OFFTAKE, START, World

DAY = 24 * HOUR_SECONDS
ADDED = START + 3 * DAY
RENAMED = "sensor.from_the_grid"

# Of the 288 quarters that are read, so that some days are there already and others are not.
SOME = 150


@pytest.fixture
def firmware() -> str:
    return "original"


@pytest.fixture
async def half_way(world: World) -> World:
    """A board of whose card a part has been brought over."""
    world.move_to(ADDED + 600)
    await world.start()
    await world.board.asked(SOME)
    return world


async def test_a_sensor_that_is_renamed_meanwhile_gets_all_of_it(half_way: World) -> None:
    er.async_get(half_way.hass).async_update_entity(OFFTAKE, new_entity_id=RENAMED)
    await half_way.settled()
    assert list(await half_way.changes(RENAMED)) == list(range(START, ADDED, HOUR_SECONDS))
    assert await half_way.rows(OFFTAKE) == []


async def test_an_action_that_runs_while_a_sensor_is_renamed_writes_nothing_under_its_old_name(
    half_way: World,
) -> None:
    await half_way.settled()
    get_instance(half_way.hass).async_clear_statistics([OFFTAKE])
    await half_way.recorded()
    asked = len(half_way.board.requests)
    importing = half_way.hass.async_create_task(half_way.historian.import_range(START, ADDED, dry_run=False))
    await half_way.board.asked(asked + 30)
    er.async_get(half_way.hass).async_update_entity(OFFTAKE, new_entity_id=RENAMED)
    await importing
    await half_way.recorded()
    assert await half_way.rows(OFFTAKE) == []


async def test_a_unit_that_is_changed_meanwhile_stays_changed(half_way: World) -> None:
    get_instance(half_way.hass).async_change_statistics_unit(
        OFFTAKE, new_unit_of_measurement="MWh", old_unit_of_measurement="kWh"
    )
    await half_way.settled()
    stored = await get_instance(half_way.hass).async_add_executor_job(
        lambda: get_metadata(half_way.hass, statistic_ids={OFFTAKE})
    )
    assert stored[OFFTAKE][1]["unit_of_measurement"] == "MWh"
    changes = await half_way.changes(OFFTAKE)
    assert list(changes) == list(range(START, ADDED, HOUR_SECONDS))
    for start, change in changes.items():
        assert change == pytest.approx(half_way.truth(start), rel=0.005, abs=2)
