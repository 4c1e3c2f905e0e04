"""What a card gets over Home Assistant's own connection."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import MockHAClientWebSocket, WebSocketGenerator

from core.clock import day_quarters, quarter_path, quarter_start
from custom_components.digimon.const import DOMAIN
from custom_components.digimon.tariff_events import forecast_of

from .board import METER, QUARTER, Board
from .card import forget_days, house_of, put_day, put_folders, put_quarter, quarter_of
from .conftest import Tick, board_device, entry_of
from .faults import Fault

DAY = date(2022, 7, 1)
IDS = day_quarters(2022, 7, 1)
HOUSE = house_of(3)


@pytest.fixture
async def connection(
    hass: HomeAssistant, loaded: MockConfigEntry, hass_ws_client: WebSocketGenerator
) -> MockHAClientWebSocket:
    return await hass_ws_client(hass)


async def ask(connection: MockHAClientWebSocket, command: str, **fields: Any) -> Any:
    """The answer to a command, which has to be one."""
    await connection.send_json_auto_id({"type": command, **fields})
    answer = await connection.receive_json()
    assert answer["success"], answer
    return answer["result"]


async def error(connection: MockHAClientWebSocket, command: str, **fields: Any) -> tuple[str, str]:
    """The code and the text of an error."""
    await connection.send_json_auto_id({"type": command, **fields})
    answer = await connection.receive_json()
    assert not answer["success"]
    return answer["error"]["code"], answer["error"]["message"]


async def subscribe(connection: MockHAClientWebSocket, **fields: Any) -> Any:
    """Subscribe to the running quarter; the first event."""
    await ask(connection, "digimon/quarter/subscribe", **fields)
    return (await connection.receive_json())["event"]


@pytest.mark.parametrize("variant", ["single_phase", "three_phase", "without_peaks", "original"])
async def test_a_subscriber_is_told_the_running_quarter_at_once(
    board: Board, connection: MockHAClientWebSocket, loaded: MockConfigEntry, variant: str
) -> None:
    told = await subscribe(connection)
    document = board.read(QUARTER)
    assert told["available"]
    assert told["config_entry_id"] == loaded.entry_id
    assert {key: told["quarter"][key] for key in document} == document
    assert told["quarter"]["start"] == quarter_start(document["quarter_id"])
    live = told["live"]
    assert live["net_power"] == live["consumed_power"] - live["produced_power"]
    assert (live["average_demand"] is None) is (variant in ("without_peaks", "original"))
    assert (told["month_peak"] is None) is (variant == "without_peaks")
    assert told["forecast"] == forecast_of(loaded.runtime_data.tariff.figures)


async def test_a_subscriber_is_told_what_changes_and_nothing_else(
    board: Board, connection: MockHAClientWebSocket, tick: Tick
) -> None:
    before = await subscribe(connection)
    await tick()
    board.telegram()
    await tick()
    event = (await connection.receive_json())["event"]
    assert event["time"] == before["time"] + 5
    samples = len(before["quarter"]["consumed_power_interval_avgs"])
    assert len(event["quarter"]["consumed_power_interval_avgs"]) == samples + 1


async def test_a_subscriber_is_told_what_is_expected_of_the_quarter(
    connection: MockHAClientWebSocket, loaded: MockConfigEntry
) -> None:
    loaded.runtime_data.forecast = lambda: {"projected": 4200}
    assert (await subscribe(connection))["forecast"] == {"projected": 4200}


async def test_a_subscriber_is_told_that_the_board_is_gone_and_back(
    board: Board, connection: MockHAClientWebSocket, tick: Tick
) -> None:
    await subscribe(connection)
    await board.stop()
    await tick()
    gone = (await connection.receive_json())["event"]
    assert gone["available"] is False
    assert gone["quarter"] is None
    await board.start()
    board.telegram()
    await tick()
    assert (await connection.receive_json())["event"]["available"] is True


async def test_a_subscription_outlives_a_reload(
    hass: HomeAssistant, board: Board, connection: MockHAClientWebSocket, loaded: MockConfigEntry, tick: Tick
) -> None:
    await subscribe(connection)
    await hass.config_entries.async_reload(loaded.entry_id)
    assert (await connection.receive_json())["event"]["available"] is False
    assert (await connection.receive_json())["event"]["available"] is True
    board.telegram()
    await tick()
    assert (await connection.receive_json())["event"]["available"] is True


async def test_a_subscription_outlives_its_entry(
    hass: HomeAssistant, connection: MockHAClientWebSocket, loaded: MockConfigEntry
) -> None:
    await subscribe(connection)
    await hass.config_entries.async_remove(loaded.entry_id)
    assert (await connection.receive_json())["event"]["available"] is False
    assert (await error(connection, "digimon/days"))[0] == "not_found"


@pytest.mark.parametrize("named", [False, True])
async def test_a_board_that_is_removed_and_added_again_is_shown_again(
    hass: HomeAssistant, board: Board, connection: MockHAClientWebSocket, loaded: MockConfigEntry, *, named: bool
) -> None:
    """On a screen that nobody touches; unless it was named by the entry that is gone."""
    await subscribe(connection, **({"config_entry_id": loaded.entry_id} if named else {}))
    await hass.config_entries.async_remove(loaded.entry_id)
    assert (await connection.receive_json())["event"]["available"] is False
    again = entry_of(hass, board)
    assert await hass.config_entries.async_setup(again.entry_id)
    await hass.async_block_till_done()
    await connection.send_json_auto_id({"type": "digimon/month_peaks"})
    told = []
    while (message := await connection.receive_json())["type"] == "event":
        told.append((message["event"]["config_entry_id"], message["event"]["available"]))
    assert told[-1:] == ([] if named else [(again.entry_id, True)])


async def test_a_subscriber_who_has_enough_is_told_no_more(
    board: Board, connection: MockHAClientWebSocket, loaded: MockConfigEntry, tick: Tick
) -> None:
    listeners = len(loaded.runtime_data.coordinator._listeners)  # noqa: SLF001 - nothing else tells
    await subscribe(connection)
    await connection.send_json_auto_id({"type": "unsubscribe_events", "subscription": 1})
    assert (await connection.receive_json())["success"]
    assert len(loaded.runtime_data.coordinator._listeners) == listeners  # noqa: SLF001 - likewise
    board.telegram()
    await tick()
    assert await ask(connection, "digimon/month_peaks")


@pytest.mark.parametrize("key", ["config_entry_id", "device_id"])
async def test_a_board_is_chosen_by_entry_or_device(
    hass: HomeAssistant,
    connection: MockHAClientWebSocket,
    loaded: MockConfigEntry,
    key: str,
) -> None:
    other = MockConfigEntry(domain=DOMAIN, title="other", unique_id="0123")
    other.add_to_hass(hass)
    assert await error(connection, "digimon/days", config_entry_id=other.entry_id) == (
        "not_loaded",
        "other cannot be read at the moment",
    )
    chosen = {"config_entry_id": loaded.entry_id, "device_id": board_device(hass, loaded)}[key]
    assert (await subscribe(connection, **{key: chosen}))["available"]
    assert await error(connection, "digimon/days", **{key: "nobody"}) == ("not_found", "There is no such board")


async def test_a_card_that_names_no_board_goes_on_when_a_second_one_comes(
    hass: HomeAssistant, connection: MockHAClientWebSocket, loaded: MockConfigEntry
) -> None:
    MockConfigEntry(domain=DOMAIN, title="other", unique_id="0123").add_to_hass(hass)
    assert (await subscribe(connection))["config_entry_id"] == loaded.entry_id


async def test_a_board_that_is_not_loaded_is_named(
    hass: HomeAssistant, connection: MockHAClientWebSocket, loaded: MockConfigEntry
) -> None:
    await hass.config_entries.async_unload(loaded.entry_id)
    assert await error(connection, "digimon/days") == ("not_loaded", "digimon cannot be read at the moment")


async def test_a_stored_quarter_comes_from_the_card_once(board: Board, connection: MockHAClientWebSocket) -> None:
    put_quarter(board, quarter_of(HOUSE, IDS[40]))
    for _ in range(2):
        answer = await ask(connection, "digimon/quarter/get", quarter_id=IDS[40])
        assert answer["quarter"]["quarter_id"] == IDS[40]
        assert len(answer["quarter"]["consumed_power_interval_avgs"]) == 180
    assert board.requests.count(quarter_path(IDS[40])) == 1


async def test_the_running_quarter_needs_no_card(board: Board, connection: MockHAClientWebSocket) -> None:
    document = board.read(QUARTER)
    requests = len(board.requests)
    answer = await ask(connection, "digimon/quarter/get", quarter_id=document["quarter_id"])
    assert answer["quarter"]["consumed_power_interval_avgs"] == document["consumed_power_interval_avgs"]
    assert len(board.requests) == requests


async def test_a_quarter_that_nobody_knows_is_null(connection: MockHAClientWebSocket) -> None:
    assert (await ask(connection, "digimon/quarter/get", quarter_id=IDS[40]))["quarter"] is None


async def test_a_ruined_quarter_is_an_error_with_a_text(board: Board, connection: MockHAClientWebSocket) -> None:
    board.documents[quarter_path(IDS[40])] = b'{"quarter_id":'
    code, text = await error(connection, "digimon/quarter/get", quarter_id=IDS[40])
    assert code == "home_assistant_error"
    assert text == "The card of digimon has a file of this quarter, but it cannot be read"


@pytest.mark.parametrize("quarter_id", [0, -1, True, "419503967", IDS[40] + 0x60, 2**40, IDS[40] ^ 0x80])
async def test_what_is_no_quarter_is_refused(connection: MockHAClientWebSocket, quarter_id: object) -> None:
    code, _ = await error(connection, "digimon/quarter/get", quarter_id=quarter_id)
    assert code == "invalid_format"


@pytest.mark.parametrize("original", [False, True])
@pytest.mark.parametrize(("day", "quarters"), [(DAY, 96), (date(2022, 3, 27), 92), (date(2022, 10, 30), 100)])
async def test_a_day_has_all_its_quarters(
    board: Board, connection: MockHAClientWebSocket, day: date, quarters: int, *, original: bool
) -> None:
    put_day(board, HOUSE, day)
    if original:
        forget_days(board)
    answer = await ask(connection, "digimon/day/get", date=day.isoformat())
    assert answer["date"] == day.isoformat()
    assert answer["complete"]
    assert len(answer["quarters"]) == quarters
    assert [quarter["quarter_id"] for quarter in answer["quarters"]] == answer["quarter_ids"]
    starts = [quarter["start"] for quarter in answer["quarters"]]
    assert starts == list(range(starts[0], starts[0] + 900 * quarters, 900))
    for quarter in answer["quarters"]:
        consumed, produced = HOUSE.quarter_energy(quarter["start"])
        # What truncating to whole W took, 180 times up to 5 Ws in 3,600.
        assert quarter["consumed_energy"] == pytest.approx(consumed / 3600, abs=1)
        assert quarter["produced_energy"] == pytest.approx(produced / 3600, abs=1)
        assert (quarter["registers"] is None) is original


async def test_a_day_knows_the_quarter_that_the_card_does_not_have_yet(
    hass: HomeAssistant,
    board: Board,
    loaded: MockConfigEntry,
    hass_ws_client: WebSocketGenerator,
    tick: Tick,
    freezer: FrozenDateTimeFactory,
) -> None:
    document = board.read(QUARTER)
    day = datetime.fromtimestamp(quarter_start(document["quarter_id"]), UTC).date()
    seen = len(document["consumed_power_interval_avgs"])
    following = quarter_start(document["quarter_id"]) + 900
    freezer.move_to(datetime.fromtimestamp(following + 5, UTC))
    board.update(
        QUARTER,
        quarter_id=document["quarter_id"] + 1,
        consumed_power_interval_avgs=[100],
        produced_power_interval_avgs=[0],
    )
    board.update(METER, time=following + 5, quarter_id=document["quarter_id"] + 1)
    for _ in range(8):
        await tick()
        board.update(METER, time=board.read(METER)["time"] + 5)
    board.write(f"/historic/quarters?year={day.year}&month={day.month}&day={day.day}", {})
    answer = await ask(await hass_ws_client(hass), "digimon/day/get", date=day.isoformat())
    assert [(quarter["quarter_id"], quarter["intervals"]) for quarter in answer["quarters"]] == [
        (document["quarter_id"], sum(value is not None for value in document["consumed_power_interval_avgs"][:seen]))
    ]


async def test_a_board_that_is_gone_is_an_error_with_a_text(
    board: Board, connection: MockHAClientWebSocket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("custom_components.digimon.monitor.archive.AGAIN_SECONDS", 0)
    await board.stop()
    answer = await error(connection, "digimon/day/get", date="2025-07-01")
    assert answer == ("home_assistant_error", "digimon does not answer")


async def test_a_board_that_answers_nonsense_is_an_error_with_a_text(
    board: Board, connection: MockHAClientWebSocket
) -> None:
    board.write("/historic/years", {"years": []})
    board.faults["/historic/years"] = Fault.NO_JSON
    answer = await error(connection, "digimon/days")
    assert answer == ("home_assistant_error", "digimon answers with an error")


@pytest.mark.parametrize("when", ["", "2025-02-30", "yesterday", 7])
async def test_what_is_no_date_is_refused(connection: MockHAClientWebSocket, when: object) -> None:
    assert (await error(connection, "digimon/day/get", date=when))[0] == "invalid_format"


async def test_the_days_of_the_card_are_listed(board: Board, connection: MockHAClientWebSocket) -> None:
    put_folders(board, date(2025, 12, 31), date(2026, 1, 1))
    assert await ask(connection, "digimon/days") == {"days": ["2025-12-31", "2026-01-01"]}


async def month_of(connection: MockHAClientWebSocket, year: int, month: int) -> list[Any]:
    """All that is told of a month."""
    await ask(connection, "digimon/month/subscribe", year=year, month=month)
    told = [(await connection.receive_json())["event"]]
    while not told[-1]["done"]:
        told.append((await connection.receive_json())["event"])
    return told


async def test_the_days_of_a_month_are_told_as_they_come_and_asked_for_once(
    board: Board, connection: MockHAClientWebSocket
) -> None:
    days = (date(2022, 6, 30), date(2022, 7, 1), date(2022, 7, 3))
    put_folders(board, *days)
    for day in days:
        put_day(board, HOUSE, day, quarters=range(60, 80))
    told = await month_of(connection, 2022, 7)
    assert [len(event["peaks"]) for event in told] == [0, 1, 2]
    asked_for = [await ask(connection, "digimon/day/get", date=f"2022-07-0{number}") for number in (3, 1)]
    highest = [max(day["quarters"], key=lambda quarter: quarter["consumed_power_avg"]) for day in asked_for]
    assert told[-1]["peaks"] == [
        {"quarter_id": quarter["quarter_id"], "power": quarter["consumed_power_avg"]} for quarter in highest
    ]
    assert (told[-1]["complete"], told[-1]["failed"]) == (True, None)
    asked = len(board.requests)
    assert (await month_of(connection, 2022, 7))[-1] == told[-1]
    # Only which days there are.
    assert all("historic/day?" not in path for path in board.requests[asked:])
    assert (await month_of(connection, 2022, 8))[-1]["peaks"] == []


async def test_a_month_says_why_it_is_not_all_there(board: Board, connection: MockHAClientWebSocket) -> None:
    put_folders(board, DAY)
    put_day(board, HOUSE, DAY, quarters=range(4))
    board.faults["/historic/day?year=2022&month=7&day=1"] = Fault.NO_JSON
    told = await month_of(connection, 2022, 7)
    assert (told[-1]["peaks"], told[-1]["failed"]) == ([], "digimon answers with an error")


@pytest.mark.parametrize(("year", "month"), [(2022, 0), (2022, 13), (1999, 7), ("2022", 7), (None, 7)])
async def test_what_is_no_month_is_refused(connection: MockHAClientWebSocket, year: object, month: object) -> None:
    assert (await error(connection, "digimon/month/subscribe", year=year, month=month))[0] == "invalid_format"


async def test_who_has_enough_of_a_month_is_told_no_more(board: Board, connection: MockHAClientWebSocket) -> None:
    days = [date(2022, 7, number) for number in range(1, 29)]
    put_folders(board, *days)
    for day in days:
        put_day(board, HOUSE, day, quarters=range(1))
    await connection.send_json_auto_id({"type": "digimon/month/subscribe", "year": 2022, "month": 7})
    answer = await connection.receive_json()
    await connection.send_json_auto_id({"type": "unsubscribe_events", "subscription": answer["id"]})
    told = 0
    while (message := await connection.receive_json())["type"] != "result":
        told += 1
    assert told < 28
    assert message["success"]
    asked = len([path for path in board.requests if "historic/day?" in path])
    assert asked < 28


@pytest.mark.parametrize("variant", ["three_phase"])
async def test_month_peaks_come_in_order_of_time(board: Board, connection: MockHAClientWebSocket, variant: str) -> None:
    meter = board.read(METER)
    answer = await ask(connection, "digimon/month_peaks")
    peaks = answer["peaks"]
    assert sum(peak["counts"] for peak in peaks) == answer["billed"]["months"]
    assert answer["billed"]["cost_month"] is None
    assert [peak["month"] for peak in peaks] == sorted(peak["month"] for peak in peaks)
    listed = [peak["power"] for peak in meter["peaks"] if peak["quarter_id"] is not None]
    assert len(peaks) == len(listed) + 1
    assert peaks[-1]["running"]
    assert peaks[-1]["power"] == meter["peak"]["power"]
    assert peaks[-1]["quarter_id"] == meter["peak"]["quarter_id"]
    assert [peak["power"] for peak in peaks[:-1]] == listed


@pytest.mark.parametrize("variant", ["three_phase"])
async def test_month_peaks_are_what_the_bill_counts(
    hass: HomeAssistant, board: Board, connection: MockHAClientWebSocket, loaded: MockConfigEntry, variant: str
) -> None:
    """With months from invoices, without those of who lived here before."""
    before = (await ask(connection, "digimon/month_peaks"))["peaks"]
    last = before[-2]["month"]
    listed = [peak for peak in board.read(METER)["peaks"] if f"{peak['year']}-{peak['month']:02d}" != last]
    board.update(METER, peaks=listed)
    chosen = {"area": "imewo", "month_peaks": {last: 4200}, "since": last}
    hass.config_entries.async_update_entry(loaded, options={"capacity": chosen})
    await hass.config_entries.async_reload(loaded.entry_id)
    await hass.async_block_till_done()
    answer = await ask(connection, "digimon/month_peaks")
    counted = [peak for peak in answer["peaks"] if peak["counts"]]
    assert [peak["month"] for peak in counted] == [last, before[-1]["month"]]
    assert (counted[0]["power"], counted[0]["quarter_id"]) == (4200, None)
    billed = hass.states.get("sensor.digimon_billed_power")
    cost = hass.states.get("sensor.digimon_capacity_tariff_this_month")
    assert billed
    assert cost
    assert answer["billed"]["power"] == round(float(billed.state) * 1000)
    assert answer["billed"]["cost_month"] == float(cost.state)
    assert answer["billed"]["months"] == 2


@pytest.mark.parametrize("variant", ["three_phase"])
async def test_a_month_of_which_the_meter_knows_nothing_is_no_month_of_0_kw(
    hass: HomeAssistant, board: Board, connection: MockHAClientWebSocket, loaded: MockConfigEntry, variant: str
) -> None:
    """A new meter lists months from before it came, without a power and a time; an invoice may tell of them."""
    void, known = board.read(METER)["peaks"]
    assert (void["power"], void["quarter_id"]) == (0, None)
    board.update(
        METER,
        peaks=[
            void | {"month": 2, "power": 400_000},
            void | {"month": 3},
            void,
            known,
            known | {"power": known["power"] - 100},
        ],
    )
    told = "2023-03"
    hass.config_entries.async_update_entry(loaded, options={"capacity": {"month_peaks": {told: 4200}}})
    await hass.config_entries.async_reload(loaded.entry_id)
    await hass.async_block_till_done()
    peaks = {peak["month"]: peak for peak in (await ask(connection, "digimon/month_peaks"))["peaks"]}
    assert list(peaks) == [told, "2023-05", "2023-06"]
    assert [peak["power"] for peak in peaks.values()][:2] == [4200, known["power"]]


async def test_a_meter_that_fell_silent_tells_no_peaks(connection: MockHAClientWebSocket, tick: Tick) -> None:
    for _ in range(8):
        await tick()
    assert (await ask(connection, "digimon/month_peaks"))["peaks"] == []


async def test_a_user_without_rights_may_look(
    hass: HomeAssistant, loaded: MockConfigEntry, hass_ws_client: WebSocketGenerator, hass_read_only_access_token: str
) -> None:
    connection = await hass_ws_client(hass, hass_read_only_access_token)
    assert (await subscribe(connection))["available"]
