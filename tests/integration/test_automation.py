"""What automations get: the event of a quarter, triggers, conditions and actions with an answer."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import SOURCE_IGNORE, ConfigEntryDisabler
from homeassistant.core import Event, EventStateChangedData, HomeAssistant, State
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers import condition, trigger
from homeassistant.helpers.event import async_track_state_change_event
from homeassistant.util.yaml import load_yaml_dict
from pytest_homeassistant_custom_component.common import MockConfigEntry, async_mock_service

from core.clock import day_quarters, next_quarter, quarter_id_at, quarter_start
from core.quarter import Quarter
from custom_components.digimon.condition import CONDITIONS
from custom_components.digimon.const import DOMAIN
from custom_components.digimon.event import EVENT_TYPES
from custom_components.digimon.trigger import TRIGGERS

from .board import METER, QUARTER, Board
from .card import house_of, put_day, put_quarter, quarter_of
from .conftest import Tick, automate, board_device, state
from .test_texts import FOLDER, LANGUAGES, load

ENTITY = "event.digimon_quarter"
NET_POWER = "sensor.digimon_net_power"
HOUSE = house_of(3)

type Turn = Callable[[], Awaitable[int]]


@pytest.fixture
def turn(board: Board, freezer: FrozenDateTimeFactory, tick: Tick) -> Turn:
    """Let the next quarter begin, and be polled; gives the id of the one that ended."""

    async def let_turn() -> int:
        ended = int(board.read(QUARTER)["quarter_id"])
        running = next_quarter(ended)
        freezer.move_to(datetime.fromtimestamp(quarter_start(running), UTC))
        board.update(QUARTER, quarter_id=running, consumed_power_interval_avgs=[100], produced_power_interval_avgs=[0])
        if METER in board.documents:
            board.update(METER, time=quarter_start(running) + 1, quarter_id=running)
        await tick()
        return ended

    return let_turn


def told(hass: HomeAssistant) -> State:
    found = hass.states.get(ENTITY)
    assert found is not None
    return found


@pytest.mark.parametrize("variant", ["single_phase", "original"])
async def test_a_quarter_that_ended_is_told_with_all_that_was_measured_in_it(
    hass: HomeAssistant, board: Board, loaded: MockConfigEntry, turn: Turn, variant: str
) -> None:
    assert told(hass).state == "unknown"
    ended = board.read(QUARTER)["quarter_id"]
    quarter = quarter_of(HOUSE, ended)
    put_quarter(board, quarter)
    await turn()
    number, average, _, injection, _, energy, energy_injection = quarter.summary()
    assert number == 180
    attributes = told(hass).attributes
    assert attributes["event_type"] == "quarter_finished"
    assert attributes["quarter_start"] == datetime.fromtimestamp(quarter_start(ended), UTC).isoformat()
    assert attributes["quarter_end"] == datetime.fromtimestamp(quarter_start(ended) + 900, UTC).isoformat()
    assert attributes["average"] == average / 1000
    assert attributes["average_injection"] == injection / 1000
    assert attributes["energy"] == energy / 1000
    assert attributes["energy_injection"] == energy_injection / 1000
    assert attributes["coverage"] == 100


async def test_every_quarter_is_told_once(
    hass: HomeAssistant, board: Board, loaded: MockConfigEntry, turn: Turn, tick: Tick
) -> None:
    states: list[str] = []

    def note(event: Event[EventStateChangedData]) -> None:
        if event.data["new_state"] is not None:
            states.append(event.data["new_state"].state)

    async_track_state_change_event(hass, ENTITY, note)
    for _ in range(3):
        put_quarter(board, quarter_of(HOUSE, board.read(QUARTER)["quarter_id"]))
        await turn()
        for _ in range(3):
            board.telegram()
            await tick()
    assert len(states) == 3


async def test_what_ended_before_anyone_watched_is_no_news(
    hass: HomeAssistant, board: Board, entry: MockConfigEntry, at_meter_time: None, tick: Tick, turn: Turn
) -> None:
    before = quarter_id_at(quarter_start(board.read(QUARTER)["quarter_id"]) - 900)
    put_quarter(board, quarter_of(HOUSE, before))
    assert await hass.config_entries.async_setup(entry.entry_id)
    for _ in range(3):
        board.telegram()
        await tick()
    assert entry.runtime_data.coordinator.data.finished is not None
    assert told(hass).state == "unknown"

    put_quarter(board, quarter_of(HOUSE, board.read(QUARTER)["quarter_id"]))
    await turn()
    last = told(hass)
    await hass.config_entries.async_reload(entry.entry_id)
    for _ in range(3):
        board.telegram()
        await tick()
    assert told(hass).state == last.state


async def test_a_quarter_without_a_card_is_told_as_far_as_it_was_seen(
    hass: HomeAssistant, board: Board, loaded: MockConfigEntry, turn: Turn, tick: Tick
) -> None:
    seen = [value for value in board.read(QUARTER)["consumed_power_interval_avgs"] if value is not None]
    await turn()
    for _ in range(6):
        board.telegram()
        await tick()
    attributes = told(hass).attributes
    assert attributes["average"] == sum(seen) // len(seen) / 1000
    assert attributes["coverage"] == len(seen) * 100 // 180


async def test_a_quarter_of_which_nothing_is_known_is_not_told(
    hass: HomeAssistant, board: Board, loaded: MockConfigEntry, turn: Turn
) -> None:
    put_quarter(board, Quarter(board.read(QUARTER)["quarter_id"]))
    board.update(QUARTER, consumed_power_interval_avgs=[], produced_power_interval_avgs=[])
    await turn()
    assert told(hass).state == "unknown"


async def test_an_automation_runs_when_a_quarter_ended(
    hass: HomeAssistant,
    board: Board,
    loaded: MockConfigEntry,
    turn: Turn,
) -> None:
    calls = async_mock_service(hass, "test", "automation")
    await automate(
        hass,
        {
            "triggers": {
                "trigger": "digimon.quarter_finished",
                "target": {"device_id": board_device(hass, loaded)},
            },
            "actions": {
                "action": "test.automation",
                "data": {"average": "{{ trigger.to_state.attributes.average }}"},
            },
        },
    )
    quarter = quarter_of(HOUSE, board.read(QUARTER)["quarter_id"])
    put_quarter(board, quarter)
    await turn()
    assert [call.data["average"] for call in calls] == [quarter.summary()[1] / 1000]


@pytest.mark.parametrize(("consumed", "produced", "holds"), [(0, 1200, True), (300, 0, False), (0, 0, False)])
async def test_a_condition_tells_whether_the_house_injects(
    hass: HomeAssistant,
    board: Board,
    loaded: MockConfigEntry,
    tick: Tick,
    consumed: int,
    produced: int,
    *,
    holds: bool,
) -> None:
    calls = async_mock_service(hass, "test", "automation")
    await automate(
        hass,
        {
            "triggers": {"trigger": "event", "event_type": "look"},
            "conditions": {
                "condition": "digimon.is_injecting",
                "target": {"device_id": board_device(hass, loaded)},
            },
            "actions": {"action": "test.automation"},
        },
    )
    board.telegram()
    board.update(METER, consumed_power=consumed, produced_power=produced)
    await tick()
    assert state(hass, NET_POWER) == str(consumed - produced)
    hass.bus.async_fire("look")
    await hass.async_block_till_done()
    assert bool(calls) is holds


async def test_what_home_assistant_lists_for_the_editor_is_what_there_is(
    hass: HomeAssistant, loaded: MockConfigEntry
) -> None:
    triggers = await trigger.async_get_all_descriptions(hass)
    assert {name for name in triggers if name.startswith("digimon.")} == {f"digimon.{name}" for name in TRIGGERS}
    assert all(triggers[f"digimon.{name}"] is not None for name in TRIGGERS)
    conditions = await condition.async_get_all_descriptions(hass)
    assert {name for name in conditions if name.startswith("digimon.")} == {f"digimon.{name}" for name in CONDITIONS}
    assert all(conditions[f"digimon.{name}"] is not None for name in CONDITIONS)


@pytest.mark.parametrize("language", LANGUAGES)
def test_everything_for_automations_has_its_texts_and_icons(language: str) -> None:
    texts, icons = load(f"translations/{language}.json"), load("icons.json")
    for kind, names in (("triggers", TRIGGERS), ("conditions", CONDITIONS)):
        described = load_yaml_dict(str(FOLDER / f"{kind}.yaml"))
        assert {name for name in described if not name.startswith(".")} == set(names)
        assert set(texts[kind]) == set(icons[kind]) == set(names)
        for name in names:
            assert set(texts[kind][name].get("fields", {})) == set(described[name].get("fields", {}))
    actions = load_yaml_dict(str(FOLDER / "services.yaml"))
    assert set(texts["services"]) == set(icons["services"]) == set(actions)
    for name, action in actions.items():
        assert set(texts["services"][name]["fields"]) == set(action["fields"])
    event = texts["entity"]["event"]["quarter"]["state_attributes"]
    assert set(event["event_type"]["state"]) == set(EVENT_TYPES)


async def ask(hass: HomeAssistant, action: str, **data: Any) -> Any:
    return await hass.services.async_call(DOMAIN, action, data, blocking=True, return_response=True)


async def test_an_action_gives_the_running_quarter(hass: HomeAssistant, board: Board, loaded: MockConfigEntry) -> None:
    answer = await ask(hass, "get_quarter")
    document = board.read(QUARTER)
    assert answer["running"]
    assert answer["quarter"]["quarter_id"] == document["quarter_id"]
    assert answer["quarter"]["consumed_power_interval_avgs"] == document["consumed_power_interval_avgs"]


async def test_an_action_gives_the_quarter_of_a_time(
    hass: HomeAssistant, board: Board, loaded: MockConfigEntry
) -> None:
    await hass.config.async_set_time_zone("Europe/Brussels")
    wanted = day_quarters(2022, 7, 1)[73]
    put_quarter(board, quarter_of(HOUSE, wanted))
    answer = await ask(hass, "get_quarter", time="2022-07-01 18:20:00", config_entry_id=loaded.entry_id)
    assert answer["quarter"]["quarter_id"] == wanted
    assert not answer["running"]
    assert (await ask(hass, "get_quarter", time="2022-07-01T18:35:00+02:00"))["quarter"] is None


async def test_an_action_gives_a_day(hass: HomeAssistant, board: Board, loaded: MockConfigEntry) -> None:
    day = datetime(2022, 7, 1, tzinfo=UTC).date()
    put_day(board, HOUSE, day)
    answer = await ask(hass, "get_day", date="2022-07-01")
    assert answer["date"] == "2022-07-01"
    assert len(answer["quarters"]) == 96
    today = board.read(QUARTER)["quarter_id"]
    when = datetime.fromtimestamp(quarter_start(today), UTC).date()
    put_day(board, HOUSE, when, quarters=range(3))
    answer = await ask(hass, "get_day")
    assert answer["date"] == when.isoformat()
    # And the quarter before the running one, which the snapshot knows.
    ids = day_quarters(when.year, when.month, when.day)
    assert [quarter["quarter_id"] for quarter in answer["quarters"]] == [*ids[:3], ids[ids.index(today) - 1]]


async def test_an_action_gives_the_whole_message(
    hass: HomeAssistant, board: Board, loaded: MockConfigEntry, tick: Tick
) -> None:
    assert (await ask(hass, "get_message"))["message"] is None
    board.telegram()
    board.update(METER, message="x" * 1024)
    await tick()
    assert (await ask(hass, "get_message"))["message"] == "x" * 1024
    assert state(hass, "sensor.digimon_message") == "x" * 254 + "…"


@pytest.mark.parametrize("is_gone", [True, False], ids=["board", "meter"])
async def test_what_is_not_heard_any_more_is_neither_the_running_quarter_nor_its_message(
    hass: HomeAssistant, board: Board, loaded: MockConfigEntry, tick: Tick, *, is_gone: bool
) -> None:
    board.update(METER, message="x")
    await tick()
    assert (await ask(hass, "get_message"))["message"] == "x"
    began = datetime.fromtimestamp(quarter_start(board.read(QUARTER)["quarter_id"]), UTC).isoformat()
    if is_gone:
        await board.stop()
    for _ in range(2):
        await tick(1000)
    assert await ask(hass, "get_quarter") == {"quarter": None, "running": False}
    assert await ask(hass, "get_message") == {"message": None}
    # What was seen of it is all that anybody knows.
    answer = await ask(hass, "get_quarter", time=began)
    assert (answer["quarter"]["quarter_id"], answer["running"]) == (board.read(QUARTER)["quarter_id"], False)


async def test_an_action_that_fails_says_why(
    hass: HomeAssistant, board: Board, loaded: MockConfigEntry, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("custom_components.digimon.monitor.archive.AGAIN_SECONDS", 0)
    with pytest.raises(ServiceValidationError, match="no such board"):
        await ask(hass, "get_day", config_entry_id="nobody")
    await board.stop()
    with pytest.raises(HomeAssistantError, match="digimon does not answer"):
        await ask(hass, "get_day", date="2022-07-01")
    await hass.config_entries.async_unload(loaded.entry_id)
    with pytest.raises(ServiceValidationError, match="cannot be read at the moment"):
        await ask(hass, "get_quarter")


@pytest.mark.parametrize(
    "unwanted", [{"source": SOURCE_IGNORE}, {"disabled_by": ConfigEntryDisabler.USER}], ids=["ignored", "disabled"]
)
async def test_a_board_that_nobody_wants_is_none_to_choose_from(
    hass: HomeAssistant, board: Board, loaded: MockConfigEntry, unwanted: dict[str, Any]
) -> None:
    other = MockConfigEntry(domain=DOMAIN, title="other", unique_id="0123", **unwanted)
    other.add_to_hass(hass)
    assert (await ask(hass, "get_quarter"))["running"]
    await hass.config_entries.async_remove(loaded.entry_id)
    with pytest.raises(ServiceValidationError, match=r"no such board|cannot be read at the moment"):
        await ask(hass, "get_quarter")


async def test_of_two_boards_an_action_wants_to_know_which(
    hass: HomeAssistant, board: Board, loaded: MockConfigEntry
) -> None:
    MockConfigEntry(domain=DOMAIN, title="other", unique_id="0123").add_to_hass(hass)
    with pytest.raises(ServiceValidationError, match="say which one"):
        await ask(hass, "get_quarter")
    assert (await ask(hass, "get_quarter", config_entry_id=loaded.entry_id))["running"]
