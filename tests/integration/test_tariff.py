"""The capacity tariff in Home Assistant: bill, forecast, warning, and what is told when not all is well."""

from datetime import UTC, datetime
from typing import Any

import pytest
from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import ConfigEntryDisabler
from homeassistant.const import STATE_UNAVAILABLE
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
from pytest_homeassistant_custom_component.common import MockConfigEntry, async_fire_time_changed

from core.clock import day_start
from custom_components.digimon.capacity.events import Event, NewMonthPeak, PeakWarning, QuarterFinished
from custom_components.digimon.const import DOMAIN

from .board import METER, Board
from .conftest import EVENING, LOW_GOAL, YEAR, At, car_in_the_evening, shown
from .metered import Load, Metered


@pytest.fixture
def events(running: MockConfigEntry) -> list[Event]:
    """What happened since the begin."""
    happened: list[Event] = []
    running.runtime_data.tariff.async_listen(lambda event, _: happened.append(event))
    return happened


def state(hass: HomeAssistant, name: str, domain: str = "sensor") -> str | None:
    found = hass.states.get(f"{domain}.digimon_{name}")
    return None if found is None else found.state


def attributes(hass: HomeAssistant, name: str) -> dict[str, Any]:
    found = hass.states.get(f"sensor.digimon_{name}")
    assert found is not None
    return dict(found.attributes)


def issues(hass: HomeAssistant) -> dict[str, dict[str, str] | None]:
    """Key -> placeholders of the repairs that are asked for."""
    registry = ir.async_get(hass)
    return {
        str(issue.translation_key): issue.translation_placeholders
        for (domain, _), issue in registry.issues.items()
        if domain == DOMAIN
    }


async def poll_until(at: At, begin: int, end: int) -> None:
    for utc in range(begin, end, 5):
        await at(utc)


class TestBill:
    """Right on the first day, and open to be checked."""

    async def test_it_is_made_of_what_the_meter_lists(self, hass: HomeAssistant, running: MockConfigEntry) -> None:
        # Eleven months of 98.1.0, and 2 kW in June, which count for 2.5.
        total = sum(power for (year, month), power in YEAR.items() if (year, month) != (2025, 6)) + 2500
        kilowatt = total / 12_000
        assert float(str(state(hass, "billed_power"))) == pytest.approx(kilowatt, abs=0.0005)
        assert float(str(state(hass, "capacity_tariff_per_year"))) == pytest.approx(kilowatt * 52.3679, abs=0.006)
        assert float(str(state(hass, "capacity_tariff_this_month"))) == pytest.approx(kilowatt * 4.3640, abs=0.006)
        completed = sum(YEAR.values()) / 12_000
        assert float(str(state(hass, "billed_power_of_completed_months"))) == pytest.approx(completed, abs=0.0005)

    async def test_which_months_were_used_is_visible(self, hass: HomeAssistant, running: MockConfigEntry) -> None:
        shown = attributes(hass, "billed_power")
        assert list(shown["months"]) == [
            *(f"2025-{month:02d}" for month in range(7, 13)),
            *(f"2026-{month:02d}" for month in range(1, 7)),
        ]
        assert shown["months"]["2026-06"] == 2.5
        assert shown["months"]["2025-12"] == 4.2
        assert set(shown["sources"].values()) == {"meter"}
        assert shown["missing_months"] == []

    async def test_it_can_be_followed_with_a_pencil(self, hass: HomeAssistant, running: MockConfigEntry) -> None:
        shown = attributes(hass, "capacity_tariff_this_month")
        assert shown["calculation"] == "42.700 kW / 12 = 3.558 kW; x 52.37 EUR / 12 = 15.53 EUR"
        assert shown["last_reset"] == datetime(2026, 5, 31, 22, tzinfo=UTC).isoformat()
        basis = attributes(hass, "tariff_basis")
        assert state(hass, "tariff_basis") == "listed_rate"
        assert (basis["rate_per_kw_year"], basis["vat"], basis["rate_year"], basis["area"]) == (
            52.37,
            6,
            2026,
            "antwerpen",
        )

    @pytest.mark.parametrize(
        ("options", "basis"),
        [
            ({}, "no_rate"),
            ({"capacity": {"area": "wallonia"}}, "wallonia"),
            ({"capacity": {"area": "brussels"}}, "brussels"),
            ({"capacity": {"area": "west", "connection": "large_meter"}}, "large_meter"),
            ({"capacity": {"area": "west", "connection": "social_tariff"}}, "social_tariff"),
        ],
    )
    async def test_without_the_tariff_there_is_the_peak_and_no_euro_and_it_says_why(
        self, hass: HomeAssistant, running: MockConfigEntry, basis: str
    ) -> None:
        assert state(hass, "tariff_basis") == basis
        assert state(hass, "month_peak") == "2000"
        assert state(hass, "billed_power") is not None
        assert state(hass, "capacity_tariff_this_month") is state(hass, "cost_of_a_new_peak") is None
        # Who chose nothing yet is asked to.
        assert set(issues(hass)) == ({"choose_area"} if basis == "no_rate" else set())

    @pytest.mark.parametrize(
        ("options", "year"),
        [
            ({"capacity": {"own_rate": 50, "vat": "0"}}, 50 * 42.7 / 12),
            ({"capacity": {"area": "west", "vat": "21"}}, 57.0995726 * 1.21 * 42.7 / 12),
            ({"capacity": {"area": "limburg"}}, 49.0469384 * 1.06 * 42.7 / 12),
        ],
    )
    async def test_area_vat_and_an_own_rate(self, hass: HomeAssistant, running: MockConfigEntry, year: float) -> None:
        assert float(str(state(hass, "capacity_tariff_per_year"))) == pytest.approx(year, abs=0.006)

    @pytest.mark.parametrize("options", [{"capacity": {"area": "west", "month_peaks": {"2025-09": 6000}}}])
    async def test_what_a_person_entered_completes_what_the_meter_does_not_list(
        self, hass: HomeAssistant, running: MockConfigEntry, metered: Metered, at: At
    ) -> None:
        assert attributes(hass, "billed_power")["months"]["2025-09"] == 3.9
        del metered.listed[2025, 9]
        await at(EVENING)
        assert attributes(hass, "billed_power")["months"]["2025-09"] == 6.0
        assert attributes(hass, "billed_power")["sources"]["2025-09"] == "entered"

    @pytest.mark.parametrize("options", [{"capacity": {"area": "west", "since": "2026-03"}}])
    async def test_months_of_who_lived_here_before_do_not_count(
        self, hass: HomeAssistant, running: MockConfigEntry
    ) -> None:
        shown = attributes(hass, "billed_power")
        assert list(shown["months"]) == ["2026-03", "2026-04", "2026-05", "2026-06"]
        assert len(shown["missing_months"]) == 8

    async def test_a_peak_in_watts_is_left_out_and_named(
        self, hass: HomeAssistant, running: MockConfigEntry, metered: Metered, at: At
    ) -> None:
        metered.listed[2025, 9] = 75_000
        await at(EVENING)
        assert "2025-09" not in attributes(hass, "billed_power")["months"]
        placeholders = issues(hass)["implausible_peaks"]
        assert placeholders is not None
        assert placeholders["months"] == "09/2025: 75.0 kW"
        metered.listed[2025, 9] = 3900
        await at(EVENING + 5)
        assert issues(hass) == {}


class TestYearWithoutRates:
    """No old price is carried on silently."""

    @pytest.fixture
    def begin(self) -> int:
        return day_start(2027, 1, 1) + 43_200

    async def test_it_asks_for_a_repair_and_says_whose_rate_is_used(
        self, hass: HomeAssistant, running: MockConfigEntry
    ) -> None:
        assert state(hass, "tariff_basis") == "other_year"
        assert issues(hass) == {"rates_missing": {"name": "digimon", "year": "2027", "used_year": "2026"}}
        assert state(hass, "capacity_tariff_this_month") is not None
        await hass.config_entries.async_set_disabled_by(running.entry_id, ConfigEntryDisabler.USER)
        assert issues(hass) == {}


class TestForecast:
    """Where the quarter ends, and what to do."""

    @pytest.fixture
    def load(self) -> Load:
        return car_in_the_evening

    @pytest.fixture
    def options(self) -> dict[str, Any]:
        return LOW_GOAL

    async def test_a_charging_car_is_told_at_60_seconds_and_certain_at_285(
        self, hass: HomeAssistant, running: MockConfigEntry, at: At, events: list[Event]
    ) -> None:
        first: dict[str, int] = {}
        for second in range(-25, 320, 5):
            await at(EVENING + second)
            first.setdefault(str(state(hass, "peak_risk")), second)
            if second == 200:
                assert state(hass, "month_peak_at_risk", "binary_sensor") == "on"
                assert state(hass, "switch_loads_off", "binary_sensor") == "on"
                assert float(str(state(hass, "projected_quarter"))) == pytest.approx(7900, abs=40)
                # 5.4 kW above 2.5 kW, which are paid anyway, at a twelfth of the yearly rate each.
                assert float(str(state(hass, "cost_of_a_new_peak"))) == pytest.approx(5.4 * 4.364, abs=0.2)
                # (2500 - 7900 x 200 / 900) x 900 / 700 - 100.
                assert float(str(state(hass, "power_left_this_quarter"))) == pytest.approx(857, abs=30)
        assert first["high"] == pytest.approx(60, abs=10)
        assert first["certain"] == pytest.approx(285, abs=10)
        (warning,) = (event for event in events if isinstance(event, PeakWarning))
        assert warning.time_utc - EVENING == pytest.approx(60, abs=10)

    async def test_a_meter_that_falls_silent_makes_everything_of_the_quarter_unavailable_and_chargers_careful(
        self, hass: HomeAssistant, running: MockConfigEntry, at: At, metered: Metered, freezer: FrozenDateTimeFactory
    ) -> None:
        await poll_until(at, EVENING - 25, EVENING + 100)
        assert state(hass, "peak_risk") == "high"
        for seconds in range(5, 60, 5):
            freezer.move_to(datetime.fromtimestamp(EVENING + 95 + seconds, UTC))
            async_fire_time_changed(hass)
            await hass.async_block_till_done(wait_background_tasks=True)
        assert shown(hass) == {STATE_UNAVAILABLE}
        assert state(hass, "month_peak_at_risk", "binary_sensor") == STATE_UNAVAILABLE
        assert state(hass, "steady_limit") == "2350"
        await at(EVENING + 160)
        assert state(hass, "peak_risk") in ("high", "watch")

    async def test_a_board_that_is_gone_leaves_chargers_a_careful_limit(
        self, hass: HomeAssistant, running: MockConfigEntry, at: At, board: Board
    ) -> None:
        await board.stop()
        await at(EVENING)
        assert state(hass, "steady_limit") == "2350"
        assert state(hass, "peak_risk") == STATE_UNAVAILABLE
        assert state(hass, "billed_power") == STATE_UNAVAILABLE

    async def test_a_restart_in_the_middle_of_a_quarter_loses_nothing_and_repeats_no_message(
        self,
        hass: HomeAssistant,
        running: MockConfigEntry,
        at: At,
        events: list[Event],
        metered: Metered,
        freezer: FrozenDateTimeFactory,
    ) -> None:
        await poll_until(at, EVENING - 25, EVENING + 150)
        assert [type(event) for event in events].count(PeakWarning) == 1
        assert await hass.config_entries.async_unload(running.entry_id)
        metered.show(EVENING + 200)
        freezer.move_to(datetime.fromtimestamp(EVENING + 200, UTC))
        assert await hass.config_entries.async_setup(running.entry_id)
        await hass.async_block_till_done()
        again: list[Event] = []
        running.runtime_data.tariff.async_listen(lambda event, _: again.append(event))
        assert state(hass, "peak_risk") == "high"
        assert float(str(state(hass, "projected_quarter"))) == pytest.approx(7900, abs=40)
        await poll_until(at, EVENING + 205, EVENING + 320)
        assert state(hass, "peak_risk") == "certain"
        assert again == []

    @pytest.mark.parametrize("variant", ["original"])
    async def test_the_original_firmware_is_forecast_from_its_intervals(
        self, hass: HomeAssistant, running: MockConfigEntry, at: At, events: list[Event]
    ) -> None:
        await poll_until(at, EVENING - 25, EVENING + 320)
        assert state(hass, "peak_risk") == "certain"
        (warning,) = (event for event in events if isinstance(event, PeakWarning))
        assert warning.time_utc - EVENING == pytest.approx(60, abs=10)

    async def test_a_finished_quarter_is_told_and_a_new_peak_with_it(
        self, hass: HomeAssistant, running: MockConfigEntry, at: At, events: list[Event], metered: Metered
    ) -> None:
        metered.follows_peak = True
        await poll_until(at, EVENING - 25, EVENING + 920)
        finished = [event for event in events if isinstance(event, QuarterFinished)]
        assert [event.start_utc - EVENING for event in finished] == [-900, 0]
        assert finished[1].power_w == pytest.approx(7900, abs=40)
        (peak,) = (event for event in events if isinstance(event, NewMonthPeak))
        assert (peak.before_w, peak.after_w) == (2000, 7900)
        assert state(hass, "peak_target") == "7900"
        assert attributes(hass, "billed_power")["months"]["2026-06"] == 7.9

    @pytest.mark.parametrize("variant", ["without_peaks"])
    async def test_a_meter_without_peak_registers_gets_its_peaks_from_us(
        self, hass: HomeAssistant, running: MockConfigEntry, at: At, events: list[Event]
    ) -> None:
        await poll_until(at, EVENING - 25, EVENING + 920)
        assert attributes(hass, "billed_power")["sources"] == {"2026-06": "recorded"}
        assert attributes(hass, "billed_power")["months"]["2026-06"] == pytest.approx(7.9, abs=0.05)
        assert [event for event in events if isinstance(event, NewMonthPeak)]
        assert "peak_vanished" not in issues(hass)


class TestGoal:
    """The peak that a person is content with."""

    async def test_it_begins_as_the_mean_of_three_months_rounded_down(
        self, hass: HomeAssistant, running: MockConfigEntry
    ) -> None:
        # 3.3, 3.4 and 3.5 kW.
        assert state(hass, "peak_goal", "number") == "3.4"
        assert state(hass, "peak_target") == "3400"

    async def test_it_can_be_set_and_stays_set(self, hass: HomeAssistant, running: MockConfigEntry, at: At) -> None:
        await hass.services.async_call(
            "number", "set_value", {"entity_id": "number.digimon_peak_goal", "value": 4.5}, blocking=True
        )
        assert state(hass, "peak_goal", "number") == "4.5"
        assert state(hass, "peak_target") == "4500"
        assert running.options == {"capacity": {"area": "antwerpen", "goal_w": 4500}}
        assert await hass.config_entries.async_reload(running.entry_id)
        await hass.async_block_till_done()
        assert state(hass, "peak_target") == "4500"

    @pytest.mark.parametrize("options", [{"capacity": {"goal_w": 1000}}])
    async def test_it_is_never_below_what_is_paid_anyway(self, hass: HomeAssistant, running: MockConfigEntry) -> None:
        assert state(hass, "peak_goal", "number") == "2.5"
        assert state(hass, "peak_target") == "2500"


@pytest.mark.parametrize(("month", "begin"), [(7, day_start(2026, 7, 1) - 30), (11, day_start(2026, 11, 1) - 30)])
async def test_a_month_turns_at_local_midnight(
    hass: HomeAssistant, running: MockConfigEntry, metered: Metered, at: At, month: int, begin: int
) -> None:
    """In summer at 22:00 UTC, in winter at 23:00."""
    metered.peak = (begin - 7170, 6000)
    await at(begin + 25)
    assert state(hass, "peak_target") == "6000"
    # The meter goes on showing the old peak for a while.
    await at(begin + 35)
    target = float(str(state(hass, "peak_target")))
    assert target < 6000
    months = attributes(hass, "billed_power")["months"]
    assert f"2026-{month:02d}" not in months
    metered.listed[2026, month - 1] = 6000
    metered.peak = None
    await at(begin + 40)
    assert attributes(hass, "billed_power")["months"][f"2026-{month - 1:02d}"] == 6.0


class TestClockChange:
    """The night of October has each quarter between 2 and 3 twice; nothing is taken for something else."""

    @pytest.fixture
    def begin(self) -> int:
        # 00:59:30 UTC on 25 October 2026: half a minute before the clocks go back.
        return day_start(2026, 10, 25) + 3 * 3600 - 30

    @pytest.fixture
    def load(self, begin: int) -> Load:
        return lambda utc: 500 if utc < begin + 30 else 3900

    async def test_two_quarters_of_the_same_name_are_two(
        self, hass: HomeAssistant, running: MockConfigEntry, at: At, events: list[Event], begin: int
    ) -> None:
        await poll_until(at, begin + 5, begin + 960)
        finished = [event for event in events if isinstance(event, QuarterFinished)]
        assert [event.start_utc for event in finished] == [begin + 30 - 900, begin + 30]
        assert [event.power_w for event in finished] == [
            pytest.approx(500, abs=40),
            pytest.approx(3900, abs=40),
        ]


async def test_a_peak_that_vanishes_asks_for_a_repair_until_it_is_back(
    hass: HomeAssistant, running: MockConfigEntry, metered: Metered, at: At
) -> None:
    """As when the yearly consent for the customer port ends: then only the peaks go."""
    kept, metered.peak = metered.peak, None
    await at(EVENING)
    assert issues(hass) == {}
    await at(EVENING + 7000)
    assert issues(hass) == {}
    await at(EVENING + 7205)
    assert issues(hass) == {"peak_vanished": {"name": "digimon"}}
    # What it told last still counts.
    assert state(hass, "peak_target") == "3400"
    assert attributes(hass, "billed_power")["sources"]["2026-06"] == "recorded"
    metered.peak = kept
    await at(EVENING + 7210)
    assert issues(hass) == {}


async def test_a_peak_that_vanished_stays_ignored_while_the_board_is_away_and_is_looked_at_anew(
    hass: HomeAssistant, running: MockConfigEntry, metered: Metered, board: Board, at: At
) -> None:
    issue_id = f"peak_vanished_{running.entry_id}"

    def is_ignored() -> bool | None:
        issue = ir.async_get(hass).async_get_issue(DOMAIN, issue_id)
        return None if issue is None else issue.dismissed_version is not None

    kept, metered.peak = metered.peak, None
    await at(EVENING)
    await at(EVENING + 7205)
    ir.async_ignore_issue(hass, DOMAIN, issue_id, ignore=True)
    await board.stop()
    await at(EVENING + 7210)
    assert is_ignored()
    await board.start()
    assert await hass.config_entries.async_reload(running.entry_id)
    await at(EVENING + 7215)
    assert is_ignored()
    # Back while nobody looked.
    assert await hass.config_entries.async_unload(running.entry_id)
    metered.peak = kept
    metered.show(EVENING + 7220)
    assert await hass.config_entries.async_setup(running.entry_id)
    assert is_ignored() is None


async def test_implausible_peaks_stay_ignored_until_they_are_gone(
    hass: HomeAssistant, running: MockConfigEntry, metered: Metered, board: Board, at: At
) -> None:
    issue_id = f"implausible_peaks_{running.entry_id}"
    metered.listed[2026, 4] = 75_000
    await at(EVENING)
    ir.async_ignore_issue(hass, DOMAIN, issue_id, ignore=True)
    # The meter is not heard when it is set up anew.
    kept = board.read(METER)
    board.write(METER, {})
    assert await hass.config_entries.async_reload(running.entry_id)
    issue = ir.async_get(hass).async_get_issue(DOMAIN, issue_id)
    assert issue is not None
    assert issue.dismissed_version is not None
    board.write(METER, kept)
    metered.listed[2026, 4] = 3400
    await at(EVENING + 5)
    assert issues(hass) == {}


async def test_a_demand_that_is_not_believed_stays_ignored_over_a_reload(
    hass: HomeAssistant, running: MockConfigEntry, hass_storage: dict[str, Any], metered: Metered, at: At
) -> None:
    issue_id = f"demand_wrong_{running.entry_id}"
    await at(EVENING)
    assert await hass.config_entries.async_unload(running.entry_id)
    kept = hass_storage[f"digimon.capacity.{running.entry_id}"]["data"]["memory"]
    kept["deviations"] = 4
    assert await hass.config_entries.async_setup(running.entry_id)
    ir.async_ignore_issue(hass, DOMAIN, issue_id, ignore=True)
    assert await hass.config_entries.async_reload(running.entry_id)
    issue = ir.async_get(hass).async_get_issue(DOMAIN, issue_id)
    assert issue is not None
    assert issue.dismissed_version is not None


async def test_a_meter_that_contradicts_itself_is_told_and_not_believed(
    hass: HomeAssistant, running: MockConfigEntry, board: Board, metered: Metered, freezer: FrozenDateTimeFactory
) -> None:
    """1.4.0 as the mean so far and not as the energy x 4."""
    for quarter in range(4):
        for second in (-5, 0, 440, 455, 890):
            utc = EVENING + 900 * quarter + second
            metered.show(utc)
            board.update(METER, average_demand=500)
            freezer.move_to(datetime.fromtimestamp(utc, UTC))
            async_fire_time_changed(hass)
            await hass.async_block_till_done(wait_background_tasks=True)
    assert issues(hass)["demand_wrong"] == {"name": "digimon"}


async def test_what_is_remembered_outlives_a_restart_and_goes_with_the_entry(
    hass: HomeAssistant, running: MockConfigEntry, at: At, hass_storage: dict[str, Any]
) -> None:
    await poll_until(at, EVENING - 5, EVENING + 10)
    key = f"digimon.capacity.{running.entry_id}"
    days = running.runtime_data.tariff.ledger.days
    assert [quarter.power_w for quarter in days.values()] == [pytest.approx(500, abs=4)]
    assert await hass.config_entries.async_reload(running.entry_id)
    await hass.async_block_till_done()
    assert running.runtime_data.tariff.ledger.days == days
    assert key in hass_storage
    assert await hass.config_entries.async_remove(running.entry_id)
    await hass.async_block_till_done()
    assert key not in hass_storage


def boiling(utc: int) -> int:
    """A kettle for three minutes."""
    return 2600 if EVENING + 60 <= utc < EVENING + 240 else 500


@pytest.mark.parametrize("load", [boiling])
async def test_how_long_loads_run_is_learned_and_outlives_a_restart(
    hass: HomeAssistant, running: MockConfigEntry, at: At, hass_storage: dict[str, Any]
) -> None:
    await poll_until(at, EVENING - 30, EVENING + 260)
    assert await hass.config_entries.async_reload(running.entry_id)
    await hass.async_block_till_done()
    ((size_w, seconds),) = hass_storage[f"digimon.capacity.{running.entry_id}"]["data"]["runs"]
    assert abs(size_w - 2100) <= 100
    assert abs(seconds - 180) <= 10


@pytest.mark.parametrize(
    "data", [{"memory": ["?"], "ledger": {"days": "?", "month_start": 3}, "runs": [[2100, 180], "?"]}, ["?"], "?"]
)
async def test_a_damaged_store_is_begun_anew(
    hass: HomeAssistant, entry: MockConfigEntry, metered: Metered, hass_storage: dict[str, Any], at: At, data: Any
) -> None:
    key = f"digimon.capacity.{entry.entry_id}"
    hass_storage[key] = {"version": 1, "minor_version": 1, "key": key, "data": data}
    await at(EVENING)
    assert await hass.config_entries.async_setup(entry.entry_id)
    assert entry.runtime_data.tariff.ledger.days == {}
