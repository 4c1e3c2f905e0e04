from collections.abc import Callable
from typing import Any

import pytest
from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import ConfigEntryDisabler, ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
from homeassistant.setup import async_setup_component
from pytest_homeassistant_custom_component.common import MockConfigEntry, get_system_health_info

from custom_components.digimon.const import DOMAIN
from custom_components.digimon.trouble import TROUBLES, is_firmware_too_old

from .board import INFO, METER, Board
from .conftest import Tick

type Change = Callable[[Board], None]

MINUTES = 12


def rejected(board: Board, minute: int, share: float) -> None:
    """Let telegrams come in, some of them damaged."""
    telegrams = board.read(INFO)["telegrams"]
    telegrams["good"] += int(60 * (1 - share))
    telegrams["rejected"]["crc"] += int(60 * share)
    board.update(INFO, telegrams=telegrams)


def speak(board: Board, seconds: int) -> None:
    """Let the meter go on; longer than a quarter has intervals."""
    board.update(METER, time=board.read(METER)["time"] + seconds)


def issues(issue_registry: ir.IssueRegistry) -> set[str]:
    """What is to be repaired on the board itself."""
    keys = {trouble.key for trouble in TROUBLES}
    return {str(issue.translation_key) for issue in issue_registry.issues.values() if issue.translation_key in keys}


@pytest.fixture
def pass_minutes(board: Board, tick: Tick) -> Any:
    """Let minutes pass, with a telegram in each; and what happens in them."""

    async def let_pass(
        minutes: int = MINUTES, *, telegrams: bool = True, each: Callable[[int], None] | None = None
    ) -> None:
        for minute in range(minutes):
            if telegrams:
                speak(board, 60)
            if each is not None:
                each(minute)
            await tick(60)
            if telegrams:
                speak(board, 5)
            await tick()

    return let_pass


async def test_a_board_in_order_has_nothing_to_repair(
    board: Board, loaded: MockConfigEntry, pass_minutes: Any, issue_registry: ir.IssueRegistry
) -> None:
    await pass_minutes(each=lambda minute: rejected(board, minute, 0.02))
    assert issues(issue_registry) == set()


@pytest.mark.parametrize(
    ("key", "change", "mend"),
    [
        (
            "card_missing",
            lambda board: board.update(INFO, card={"state": "missing"}),
            lambda board: board.update(INFO, card={"state": "ok"}),
        ),
        (
            "card_fault",
            lambda board: board.update(INFO, card={"state": "fault"}),
            lambda board: board.update(INFO, card={"state": "ok"}),
        ),
        (
            "firmware_too_old",
            lambda board: board.update(INFO, version="0.0.9"),
            lambda board: board.update(INFO, version="0.1.0"),
        ),
    ],
)
async def test_a_trouble_is_told_once_it_lasts_and_goes_when_it_is_mended(
    hass: HomeAssistant,
    board: Board,
    loaded: MockConfigEntry,
    pass_minutes: Any,
    issue_registry: ir.IssueRegistry,
    key: str,
    change: Change,
    mend: Change,
) -> None:
    change(board)
    await pass_minutes(5)
    assert issues(issue_registry) == {key}
    issue = issue_registry.async_get_issue(DOMAIN, f"{key}_{loaded.entry_id}")
    assert issue is not None
    assert issue.translation_placeholders == {"name": "digimon"}
    assert str(issue.learn_more_url).endswith(f"troubleshooting.md#{key.replace('_', '-')}")
    mend(board)
    await pass_minutes(3)
    assert issues(issue_registry) == set()


async def test_a_meter_that_stays_silent_is_told(
    board: Board, loaded: MockConfigEntry, pass_minutes: Any, issue_registry: ir.IssueRegistry
) -> None:
    await pass_minutes(5, telegrams=False)
    assert issues(issue_registry) == set()
    await pass_minutes(8, telegrams=False)
    assert issues(issue_registry) == {"meter_silent"}
    speak(board, 13 * 65)
    await pass_minutes(2)
    assert issues(issue_registry) == set()


async def test_another_board_at_the_address_is_told(
    board: Board, loaded: MockConfigEntry, pass_minutes: Any, issue_registry: ir.IssueRegistry
) -> None:
    board.become("three_phase")
    await pass_minutes(4)
    assert issues(issue_registry) == {"wrong_device"}
    board.become("single_phase")
    await pass_minutes(2)
    assert issues(issue_registry) == set()


async def test_a_board_that_is_off_is_no_repair(
    board: Board, loaded: MockConfigEntry, pass_minutes: Any, issue_registry: ir.IssueRegistry
) -> None:
    await board.stop()
    await pass_minutes(13, telegrams=False)
    assert issues(issue_registry) == set()


async def test_a_clock_that_is_wrong_is_told(
    board: Board,
    loaded: MockConfigEntry,
    pass_minutes: Any,
    freezer: FrozenDateTimeFactory,
    issue_registry: ir.IssueRegistry,
) -> None:
    freezer.tick(3600)
    await pass_minutes(4)
    assert issues(issue_registry) == {"clock_wrong"}


async def test_a_clock_is_not_wrong_because_it_is_seldom_looked_at(
    hass: HomeAssistant,
    board: Board,
    entry: MockConfigEntry,
    at_meter_time: None,
    tick: Tick,
    issue_registry: ir.IssueRegistry,
) -> None:
    # An automation polls every ten minutes.
    hass.config_entries.async_update_entry(entry, pref_disable_polling=True)
    assert await hass.config_entries.async_setup(entry.entry_id)
    for minute in range(1, 31):
        speak(board, 60)
        await tick(60)
        if minute % 10 == 0:
            await entry.runtime_data.coordinator.async_refresh()
        assert issues(issue_registry) == set()


async def test_damaged_telegrams_are_told(
    board: Board, loaded: MockConfigEntry, pass_minutes: Any, issue_registry: ir.IssueRegistry
) -> None:
    await pass_minutes(each=lambda minute: rejected(board, minute, 0.2))
    assert issues(issue_registry) == {"telegrams_failing"}
    await pass_minutes(2 * MINUTES, each=lambda minute: rejected(board, minute, 0))
    assert issues(issue_registry) == set()


async def test_what_a_board_counted_before_it_restarted_is_history(
    board: Board, loaded: MockConfigEntry, pass_minutes: Any, issue_registry: ir.IssueRegistry
) -> None:
    await pass_minutes(4, each=lambda minute: rejected(board, minute, 0.2))
    board.update(INFO, uptime_s=1, telegrams={"good": 0, "rejected": {"crc": 0}, "last": None})
    await pass_minutes(each=lambda minute: rejected(board, minute, 0))
    assert issues(issue_registry) == set()


async def test_a_repair_stays_while_its_entry_is_set_up_anew_and_goes_when_that_is_disabled(
    hass: HomeAssistant, board: Board, loaded: MockConfigEntry, pass_minutes: Any, issue_registry: ir.IssueRegistry
) -> None:
    board.update(INFO, card={"state": "fault"})
    await pass_minutes(5)
    assert issues(issue_registry) == {"card_fault"}
    assert await hass.config_entries.async_reload(loaded.entry_id)
    assert issues(issue_registry) == {"card_fault"}
    await hass.config_entries.async_set_disabled_by(loaded.entry_id, ConfigEntryDisabler.USER)
    assert issues(issue_registry) == set()


async def test_the_repair_of_an_entry_that_is_just_tried_again_goes_when_it_is_disabled(
    hass: HomeAssistant, board: Board, entry: MockConfigEntry, at_meter_time: None, issue_registry: ir.IssueRegistry
) -> None:
    board.become("three_phase")
    await hass.config_entries.async_setup(entry.entry_id)
    assert issues(issue_registry) == {"wrong_device"}
    await hass.config_entries.async_set_disabled_by(entry.entry_id, ConfigEntryDisabler.USER)
    assert issues(issue_registry) == set()


async def test_what_somebody_ignored_stays_ignored_until_its_cause_is_gone(
    hass: HomeAssistant, board: Board, loaded: MockConfigEntry, pass_minutes: Any, issue_registry: ir.IssueRegistry
) -> None:
    issue_id = f"card_missing_{loaded.entry_id}"

    def is_ignored() -> bool | None:
        issue = issue_registry.async_get_issue(DOMAIN, issue_id)
        return None if issue is None else issue.dismissed_version is not None

    board.update(INFO, card={"state": "missing"})
    await pass_minutes(5)
    issue_registry.async_ignore(DOMAIN, issue_id, ignore=True)
    assert await hass.config_entries.async_reload(loaded.entry_id)
    await pass_minutes(5)
    assert is_ignored()
    # Of a board that is away nobody knows, be it loaded or not.
    await board.stop()
    await pass_minutes(3)
    assert is_ignored()
    await hass.config_entries.async_reload(loaded.entry_id)
    assert loaded.state is ConfigEntryState.SETUP_RETRY
    assert is_ignored()
    await board.start()
    assert await hass.config_entries.async_reload(loaded.entry_id)
    await pass_minutes(5)
    assert is_ignored()
    # Mended while nobody looked, and broken again: that is news.
    assert await hass.config_entries.async_unload(loaded.entry_id)
    board.update(INFO, card={"state": "ok"})
    assert await hass.config_entries.async_setup(loaded.entry_id)
    assert is_ignored() is None
    board.update(INFO, card={"state": "missing"})
    await pass_minutes(5)
    assert is_ignored() is False


@pytest.mark.parametrize("key", ["meter_silent", "clock_wrong", "telegrams_failing"])
async def test_what_takes_a_while_to_be_seen_stays_ignored_over_a_reload(
    hass: HomeAssistant,
    board: Board,
    loaded: MockConfigEntry,
    pass_minutes: Any,
    freezer: FrozenDateTimeFactory,
    issue_registry: ir.IssueRegistry,
    key: str,
) -> None:
    async def let_it_last() -> None:
        share = 0.2 if key == "telegrams_failing" else 0
        await pass_minutes(13, telegrams=key != "meter_silent", each=lambda minute: rejected(board, minute, share))

    if key == "clock_wrong":
        freezer.tick(3600)
    await let_it_last()
    issue_id = f"{key}_{loaded.entry_id}"
    issue_registry.async_ignore(DOMAIN, issue_id, ignore=True)
    assert await hass.config_entries.async_reload(loaded.entry_id)
    await let_it_last()
    issue = issue_registry.async_get_issue(DOMAIN, issue_id)
    assert issue is not None
    assert issue.dismissed_version is not None


async def test_a_repair_that_is_shown_goes_while_its_board_is_away(
    hass: HomeAssistant, board: Board, loaded: MockConfigEntry, pass_minutes: Any, issue_registry: ir.IssueRegistry
) -> None:
    board.update(INFO, card={"state": "fault"})
    await pass_minutes(5)
    await board.stop()
    await hass.config_entries.async_reload(loaded.entry_id)
    assert loaded.state is ConfigEntryState.SETUP_RETRY
    assert issues(issue_registry) == set()


async def test_a_version_that_is_no_number_is_not_judged(board: Board, loaded: MockConfigEntry, tick: Tick) -> None:
    board.update(INFO, version="my own")
    await tick(60)
    assert not is_firmware_too_old(loaded.runtime_data.coordinator.data)


async def test_system_health_counts_and_names_nobody(
    hass: HomeAssistant, board: Board, loaded: MockConfigEntry, tick: Tick
) -> None:
    assert await async_setup_component(hass, "system_health", {})
    await hass.async_block_till_done()
    MockConfigEntry(domain=DOMAIN, unique_id="other").add_to_hass(hass)
    info = await get_system_health_info(hass, DOMAIN)
    reach = await info.pop("can_reach_releases")
    assert reach == {"type": "failed", "error": "unreachable"}
    assert info == {"boards": 2, "reachable_boards": 1, "silent_meters": 0}
