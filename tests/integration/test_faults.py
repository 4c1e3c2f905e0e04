"""A bad day: whatever fails, in whatever order, what is shown is what the meter said or nothing."""

import logging
from random import Random

import pytest
from homeassistant.const import EVENT_STATE_CHANGED, STATE_UNAVAILABLE
from homeassistant.core import Event, EventStateChangedData, HomeAssistant
from pytest_homeassistant_custom_component.common import MockConfigEntry

from .board import INFO, METER, MONTH_PEAK, QUARTER, Board, Fault
from .conftest import Tick, state

POLLS = 150
# Time stands still between polls, so a slow answer would never be given up here.
FAULTS = [fault for fault in Fault if fault is not Fault.SLOW]
PATHS = [INFO, QUARTER, METER, MONTH_PEAK]


def say(board: Board, power: int) -> None:
    """Let the meter send another power; offtake above 0, injection below."""
    if METER in board.documents:
        board.update(METER, consumed_power=max(power, 0), produced_power=max(-power, 0))
        return
    board.update(
        QUARTER,
        consumed_power_interval_avgs=[*board.read(QUARTER)["consumed_power_interval_avgs"][:-1], max(power, 0)],
        produced_power_interval_avgs=[*board.read(QUARTER)["produced_power_interval_avgs"][:-1], min(power, 0)],
    )


@pytest.mark.parametrize("variant", ["three_phase", "original"])
@pytest.mark.parametrize("seed", range(3))
async def test_no_wrong_value_is_ever_written(
    hass: HomeAssistant,
    board: Board,
    variant: str,
    loaded: MockConfigEntry,
    tick: Tick,
    seed: int,
    caplog: pytest.LogCaptureFixture,
) -> None:
    chance = Random(seed)
    power = int(state(hass) or 0)
    written: list[str] = []

    def note(event: Event[EventStateChangedData]) -> None:
        if event.data["entity_id"] == "sensor.digimon_net_power" and event.data["new_state"] is not None:
            written.append(event.data["new_state"].state)

    hass.bus.async_listen(EVENT_STATE_CHANGED, note)
    ours = True
    shown = 0
    for _ in range(POLLS):
        board.faults.clear()
        board.faults_once.clear()
        match chance.randrange(8):
            case 0 | 1:
                board.faults[chance.choice(PATHS)] = chance.choice(FAULTS)
            case 2 | 3:
                board.faults_once[chance.choice(PATHS)] = chance.choice(FAULTS)
            case 4:
                # Gone for a poll; then ours is back, or another board has got its address.
                await board.stop()
                await tick()
                ours = chance.random() < 0.7
                board.become(variant if ours else "single_phase")
                await board.start()
        power = chance.randrange(-9000, 9000)
        board.telegram()
        say(board, power)
        written.clear()
        await tick()
        right = {str(power), STATE_UNAVAILABLE} if ours else {STATE_UNAVAILABLE}
        assert {*written, state(hass)} <= right
        shown += state(hass) == str(power)
    assert shown > POLLS // 3

    assert [record.message for record in caplog.records if record.exc_info and record.levelno >= logging.WARNING] == []
    board.faults.clear()
    board.faults_once.clear()
    board.become(variant)
    for _ in range(3):
        board.telegram()
        say(board, power)
        await tick()
    assert state(hass) == str(power)
