import pytest
from freezegun.api import FrozenDateTimeFactory
from homeassistant.const import STATE_UNAVAILABLE, STATE_UNKNOWN
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr
from pytest_homeassistant_custom_component.common import MockConfigEntry

from core.clock import next_quarter, quarter_id_at
from custom_components.digimon.coordinator import UPDATE_INTERVAL
from custom_components.digimon.monitor.client import REQUEST_SECONDS

from .board import DESCRIPTION, FIXTURES, INFO, METER, MONTH_PEAK, QUARTER, Board
from .conftest import Tick, said, shown, state, unique_id
from .faults import Fault

CONSUMED_ENERGY = "sensor.digimon_consumed_energy"
MONTH_PEAK_SENSOR = "sensor.digimon_month_peak"


async def test_our_board_is_asked_for_quarter_and_meter_every_five_seconds(
    board: Board, loaded: MockConfigEntry, tick: Tick
) -> None:
    assert board.requests == [INFO, QUARTER, METER, board.before]
    board.requests.clear()
    for _ in range(3):
        board.telegram()
        await tick()
    assert board.requests == [QUARTER, METER] * 3


async def test_a_board_is_asked_once_a_minute_who_it_is(board: Board, loaded: MockConfigEntry, tick: Tick) -> None:
    for _ in range(24):
        board.telegram()
        await tick()
    assert board.requests.count(INFO) == 3
    assert board.requests.count(QUARTER) == 25


@pytest.mark.parametrize("variant", ["original"])
async def test_the_original_is_asked_for_the_month_peak_once_a_minute(
    board: Board, loaded: MockConfigEntry, tick: Tick
) -> None:
    assert board.requests == [INFO, DESCRIPTION, METER, QUARTER, MONTH_PEAK, board.before]
    for _ in range(12):
        board.telegram()
        await tick()
    assert board.requests.count(QUARTER) == 13
    assert board.requests.count(MONTH_PEAK) == 2
    # Once, to see that it is none of ours.
    assert board.requests.count(METER) == 1


@pytest.mark.parametrize("at_once", [True, False])
async def test_a_board_of_ours_that_once_does_not_say_who_it_is_is_no_original(
    hass: HomeAssistant, board: Board, entry: MockConfigEntry, at_meter_time: None, tick: Tick, *, at_once: bool
) -> None:
    """As such its energy would be counted by us, from nothing."""
    described = (FIXTURES / "original" / "description.xml").read_text(encoding="utf-8")
    board.documents[DESCRIPTION] = described.replace("6055F9A1B2C3D4E5F60718293A4F", unique_id(board)).encode()
    if at_once:
        board.faults[INFO] = Fault.NOT_FOUND
    await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    if not at_once:
        assert float(str(state(hass, CONSUMED_ENERGY))) > 1
        board.faults[INFO] = Fault.NOT_FOUND
        for _ in range(13):
            board.telegram()
            await tick()
        assert state(hass, CONSUMED_ENERGY) == STATE_UNAVAILABLE
    board.faults.clear()
    board.telegram(60)
    await tick(60)
    assert float(str(state(hass, CONSUMED_ENERGY))) > 1


@pytest.mark.parametrize("variant", ["original"])
async def test_the_original_is_asked_for_the_month_peak_when_a_quarter_ended(
    hass: HomeAssistant, board: Board, loaded: MockConfigEntry, tick: Tick
) -> None:
    quarter_id = board.read(QUARTER)["quarter_id"]
    board.update(QUARTER, quarter_id=next_quarter(quarter_id))
    board.write(MONTH_PEAK, {"peak": {"quarter_id": quarter_id, "power": 3001}})
    await tick()
    assert board.requests.count(MONTH_PEAK) == 2
    assert state(hass, MONTH_PEAK_SENSOR) == "3001"


async def test_values_follow_the_meter(hass: HomeAssistant, board: Board, loaded: MockConfigEntry, tick: Tick) -> None:
    board.telegram()
    board.update(METER, consumed_power=0, produced_power=2100)
    await tick()
    assert state(hass) == "-2100"
    assert state(hass, "sensor.digimon_consumed_power") == "0"
    assert state(hass, "sensor.digimon_produced_power") == "2100"


async def test_a_single_lost_answer_costs_no_value(
    hass: HomeAssistant, board: Board, loaded: MockConfigEntry, tick: Tick, caplog: pytest.LogCaptureFixture
) -> None:
    for path in (QUARTER, METER):
        board.telegram()
        board.faults_once[path] = Fault.HUNG_UP
        await tick()
        assert state(hass) == "524"
    assert said(caplog) == []


async def test_a_lost_board_is_unavailable_and_comes_back_by_itself(
    hass: HomeAssistant, board: Board, loaded: MockConfigEntry, tick: Tick, caplog: pytest.LogCaptureFixture
) -> None:
    await board.stop()
    for _ in range(5):
        await tick()
        assert shown(hass) == {STATE_UNAVAILABLE}
    assert said(caplog) == ["Error fetching digimon data: digimon does not answer"]
    caplog.clear()
    await board.start()
    board.telegram(25)
    await tick()
    assert state(hass) == "524"
    board.telegram()
    await tick()
    assert said(caplog) == ["Fetching digimon data recovered"]


@pytest.mark.parametrize("path", [QUARTER, METER])
@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (Fault.CUT, "digimon does not answer"),
        (Fault.HUNG_UP, "digimon does not answer"),
        (Fault.SERVER_ERROR, "digimon answers with an error"),
        (Fault.NOT_FOUND, "digimon answers with an error"),
        (Fault.REDIRECT, "digimon answers with an error"),
        (Fault.NO_HTTP, "digimon answers with an error"),
        (Fault.NO_JSON, "digimon answers with an error"),
        (Fault.WRONG_JSON, "digimon answers with an error"),
        (Fault.ENDLESS, "digimon answers with an error"),
    ],
)
async def test_no_fault_of_a_board_becomes_a_value_or_an_exception(
    hass: HomeAssistant,
    board: Board,
    loaded: MockConfigEntry,
    tick: Tick,
    caplog: pytest.LogCaptureFixture,
    path: str,
    fault: Fault,
    reason: str,
) -> None:
    board.faults[path] = fault
    for _ in range(3):
        board.telegram()
        await tick()
        assert shown(hass) == {STATE_UNAVAILABLE}
    assert said(caplog) == [f"Error fetching digimon data: {reason}"]
    board.faults.clear()
    board.telegram()
    await tick()
    assert state(hass) == "524"


async def test_a_slow_board_is_given_up(
    hass: HomeAssistant,
    board: Board,
    entry: MockConfigEntry,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    assert await hass.config_entries.async_setup(entry.entry_id)
    caplog.clear()
    client = entry.runtime_data.coordinator.source._client  # noqa: SLF001 - so long nobody wants to wait here
    monkeypatch.setattr(client, "_timeout_seconds", 0.1)
    board.faults[METER] = Fault.SLOW
    await entry.runtime_data.coordinator.async_refresh()
    assert said(caplog) == ["Error fetching digimon data: digimon takes too long to answer"]


async def test_a_board_that_is_gone_is_given_up_within_fifteen_seconds(
    hass: HomeAssistant, board: Board, entry: MockConfigEntry, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From the poll before to the end of the next one, which asks it twice and waits as long for each answer."""
    assert await hass.config_entries.async_setup(entry.entry_id)
    coordinator = entry.runtime_data.coordinator
    client = coordinator.source._client  # noqa: SLF001 - so long nobody wants to wait here
    assert client._timeout_seconds == REQUEST_SECONDS  # noqa: SLF001
    monkeypatch.setattr(client, "_timeout_seconds", 0.1)
    board.faults = dict.fromkeys(board.documents, Fault.SLOW)
    await coordinator.async_refresh()
    assert not coordinator.last_update_success
    assert board.unanswered == 2
    assert UPDATE_INTERVAL.total_seconds() + 2 * REQUEST_SECONDS <= 15


@pytest.mark.parametrize("variant", ["single_phase", "original"])
async def test_the_tail_of_an_older_document_is_not_read(
    hass: HomeAssistant, board: Board, loaded: MockConfigEntry, tick: Tick
) -> None:
    before = state(hass)
    for path in (QUARTER, METER, MONTH_PEAK, INFO):
        board.faults[path] = Fault.TAIL
    for _ in range(13):
        board.telegram()
        await tick()
        assert state(hass) == before


@pytest.mark.parametrize("variant", ["original"])
async def test_our_firmware_on_an_original_board_is_noticed(
    hass: HomeAssistant,
    board: Board,
    loaded: MockConfigEntry,
    device_registry: dr.DeviceRegistry,
    tick: Tick,
) -> None:
    assert float(state(hass, "sensor.digimon_consumed_energy") or "") < 1
    original = unique_id(board)
    board.become("single_phase")
    board.update(INFO, serial=original.upper())
    for _ in range(13):
        board.telegram()
        await tick()
    assert state(hass, "sensor.digimon_consumed_energy_day_tariff") is not None
    # The total goes on from what was counted: a leap to the register would be a consumption that never was.
    assert float(state(hass, "sensor.digimon_consumed_energy") or "") < 1
    devices = dr.async_entries_for_config_entry(device_registry, loaded.entry_id)
    (device,) = (device for device in devices if device.via_device_id is None)
    assert device.manufacturer == "Digimon"
    assert device.sw_version == "0.1.0"


async def test_the_original_firmware_on_our_board_is_noticed_at_once(
    hass: HomeAssistant, board: Board, loaded: MockConfigEntry, tick: Tick
) -> None:
    ours = unique_id(board)
    board.become("original")
    board.documents[DESCRIPTION] = board.documents[DESCRIPTION].replace(b"6055F9A1B2C3D4E5F60718293A4F", ours.encode())
    await tick()
    board.telegram()
    await tick()
    assert state(hass) == "1900"
    assert state(hass, "sensor.digimon_consumed_energy_day_tariff") == STATE_UNKNOWN
    # Counted from the beginning, which a counter may.
    assert float(state(hass, "sensor.digimon_consumed_energy") or "") < 1


async def test_another_board_at_the_address_gives_no_value(
    hass: HomeAssistant, board: Board, loaded: MockConfigEntry, tick: Tick, caplog: pytest.LogCaptureFixture
) -> None:
    await board.stop()
    await tick()
    caplog.clear()
    board.become("three_phase")
    await board.start()
    board.requests.clear()
    for _ in range(3):
        board.telegram()
        await tick()
        assert state(hass) == STATE_UNAVAILABLE
    assert QUARTER not in board.requests
    assert loaded.runtime_data.coordinator.last_exception.translation_key == "wrong_device"


async def test_the_peak_of_the_month_that_ended_is_not_that_of_this_month(
    hass: HomeAssistant, board: Board, loaded: MockConfigEntry, tick: Tick, freezer: FrozenDateTimeFactory
) -> None:
    assert state(hass, MONTH_PEAK_SENSOR) == "3716"
    new_year = 1672527600  # 2023-01-01 00:00 local
    freezer.move_to("2022-12-31T22:59:55Z")
    board.update(METER, time=new_year - 1, quarter_id=quarter_id_at(new_year - 1))
    await tick()
    assert state(hass, MONTH_PEAK_SENSOR) == "3716"
    board.update(METER, time=new_year + 4, quarter_id=quarter_id_at(new_year + 4))
    await tick()
    assert state(hass, MONTH_PEAK_SENSOR) == STATE_UNKNOWN
    assert state(hass, "sensor.digimon_month_peak_start") == STATE_UNKNOWN
    board.update(METER, time=new_year + 909, quarter_id=quarter_id_at(new_year + 909))
    board.update(METER, peak={"time": new_year + 900, "quarter_id": quarter_id_at(new_year), "power": 812})
    await tick()
    assert state(hass, MONTH_PEAK_SENSOR) == "812"
    assert state(hass, "sensor.digimon_month_peak_start") == "2022-12-31T23:00:00+00:00"


async def test_a_total_is_not_made_of_one_tariff(
    hass: HomeAssistant, board: Board, loaded: MockConfigEntry, tick: Tick
) -> None:
    board.telegram()
    board.remove(METER, "consumed_energy_t1")
    await tick()
    assert state(hass, "sensor.digimon_consumed_energy") == STATE_UNKNOWN
    assert state(hass, "sensor.digimon_consumed_energy_night_tariff") == "4282.456"
    assert state(hass, "sensor.digimon_produced_energy") == "651.709"


async def test_nobody_is_told_when_nothing_changed(board: Board, loaded: MockConfigEntry, tick: Tick) -> None:
    told = 0

    def listen() -> None:
        nonlocal told
        told += 1

    loaded.runtime_data.coordinator.async_add_listener(listen)
    await tick()
    assert told == 0
    board.telegram()
    await tick()
    assert told == 1


async def test_an_address_that_another_board_has_taken_within_a_poll_shows_nothing_of_it(
    hass: HomeAssistant, board: Board, loaded: MockConfigEntry, tick: Tick
) -> None:
    before = board.read(METER)["time"]
    board.become("three_phase")
    board.update(METER, time=before + 5, serial="1SAG9999999999")
    await tick()
    assert shown(hass) == {STATE_UNAVAILABLE}
    assert loaded.runtime_data.coordinator.last_exception.translation_key == "wrong_device"


async def test_a_new_meter_on_the_same_board_is_read_on(
    hass: HomeAssistant, board: Board, loaded: MockConfigEntry, tick: Tick
) -> None:
    board.telegram()
    board.update(METER, serial="1SAG9999999999")
    board.requests.clear()
    for _ in range(2):
        await tick()
    assert state(hass) == "524"
    assert board.requests.count(INFO) == 1
