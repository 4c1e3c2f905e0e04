"""A meter that is replaced in mid-month: the grid operator bills the highest quarter under either."""

from dataclasses import replace
from typing import Any

import pytest
from homeassistant.core import HomeAssistant
from homeassistant.helpers.storage import Store
from pytest_homeassistant_custom_component.common import MockConfigEntry

from core.clock import day_start, quarter_id_at
from custom_components.digimon.capacity.months import Month
from custom_components.digimon.snapshot import ListedPeak, MonthPeak, Reading
from custom_components.digimon.told_peaks import ToldPeak, ToldPeaks, told_peaks_of

from .board import METER, Board
from .conftest import EVENING, YEAR, At, state
from .metered import Metered

JUNE = Month(2026, 6)
NOON = day_start(2026, 6, 12) + 43_200
EAN = "541448820000123456"


def listed(month: Month, power_w: int, *, day: int | None = 15) -> ListedPeak:
    quarter_id = None if day is None else quarter_id_at(day_start(*month, day))
    return ListedPeak(year=month.year, month=month.month, power_w=power_w, quarter_id=quarter_id)


def reading(peak_w: int | None, *months: ListedPeak, utc: int = NOON, ean: str | None = EAN) -> Reading:
    """Of a meter whose month peak was an hour ago."""
    return Reading(
        time_utc=utc,
        quarter_id=quarter_id_at(utc),
        consumed_power_w=500,
        produced_power_w=0,
        quarter_average_w=500,
        average_demand_w=100,
        month_peak=None if peak_w is None else MonthPeak(power_w=peak_w, start_utc=utc - 3600),
        listed_peaks=months,
        ean=ean,
    )


OLD = reading(4200, listed(JUNE.plus(-1), 3900), listed(JUNE.plus(-2), 3800))
KNOWN = ToldPeaks().with_reading(OLD)


def test_the_meter_itself_is_told_as_it_is() -> None:
    assert KNOWN.complete(OLD) is OLD
    higher = reading(5000, *OLD.listed_peaks, utc=NOON + 86_400)
    assert KNOWN.with_reading(higher).complete(higher) is higher


def test_the_new_meter_has_the_peaks_of_the_old_one() -> None:
    void = listed(JUNE.plus(-1), 0, day=None)
    new = reading(600, void, listed(JUNE.plus(-2), 0), utc=NOON + 86_400)
    known = KNOWN.with_reading(new)
    completed = known.complete(new)
    assert completed.month_peak == OLD.month_peak
    # Who does not know a month leaves it to an invoice.
    assert completed.listed_peaks == (void, OLD.listed_peaks[1])
    assert {month: peak.power_w for month, peak in known.months.items()} == {
        JUNE.plus(-2): 3800,
        JUNE.plus(-1): 3900,
        JUNE: 4200,
    }
    # Of one that the new one makes higher, it is the one to tell.
    higher = reading(4300, utc=NOON + 90_000)
    assert known.with_reading(higher).complete(higher).month_peak == higher.month_peak


def test_the_month_of_the_exchange_stays_as_high_when_it_has_ended() -> None:
    new = reading(600, utc=NOON + 86_400)
    later = reading(700, listed(JUNE, 2600), utc=day_start(2026, 7, 3))
    known = KNOWN.with_reading(new).with_reading(later)
    completed = known.complete(later)
    assert [peak.power_w for peak in completed.listed_peaks] == [4200]
    assert completed.month_peak == later.month_peak


def test_a_meter_that_tells_no_peak_has_none() -> None:
    new = reading(None)
    assert KNOWN.with_reading(new).complete(new).month_peak is None


@pytest.mark.parametrize("ean", [None, "541448820000999999"])
def test_a_board_that_moves_takes_no_peak_along(ean: str | None) -> None:
    new = reading(600, utc=NOON + 86_400, ean=ean)
    assert KNOWN.with_reading(new).complete(new) is new


def test_a_peak_in_another_unit_is_not_carried_on() -> None:
    known = ToldPeaks().with_reading(reading(4_200_000, listed(JUNE.plus(-1), 3_900_000)))
    mended = reading(4200, listed(JUNE.plus(-1), 3900))
    assert known.with_reading(mended).complete(mended) is mended


def test_what_is_older_than_meters_list_is_let_go() -> None:
    later = reading(700, utc=day_start(2027, 6, 3))
    assert min(KNOWN.with_reading(later).months) == JUNE.plus(-1)


def test_it_can_be_kept() -> None:
    known = KNOWN.with_reading(replace(OLD, listed_peaks=(listed(JUNE.plus(-1), 4000, day=None),)))
    assert known.months[JUNE.plus(-1)] == ToldPeak(4000, None)
    assert told_peaks_of(known.stored()) == known


@pytest.mark.parametrize("data", [None, {}, {"ean": EAN, "months": [[2026]]}, {"ean": EAN, "months": None}, []])
def test_what_cannot_be_read_is_nothing(data: object) -> None:
    assert told_peaks_of(data) == ToldPeaks()


async def test_a_house_whose_meter_is_replaced_in_mid_month_goes_on_with_its_peaks(
    hass: HomeAssistant, running: MockConfigEntry, metered: Metered, board: Board, at: At, hass_storage: dict[str, Any]
) -> None:
    metered.peak = (EVENING - 57_600, 5000)
    await at(EVENING)
    billed = state(hass, "sensor.digimon_billed_power")
    when = state(hass, "sensor.digimon_month_peak_time")
    limit = state(hass, "sensor.digimon_peak_target")
    assert state(hass, "sensor.digimon_month_peak") == limit == "5000"
    assert await hass.config_entries.async_unload(running.entry_id)
    # While nobody looks.
    metered.peak = (EVENING, 700)
    metered.listed = {}
    board.update(METER, serial="1SAG9999999999")
    metered.show(EVENING + 3600)
    assert await hass.config_entries.async_setup(running.entry_id)
    await at(EVENING + 3605)
    assert state(hass, "sensor.digimon_month_peak") == limit == state(hass, "sensor.digimon_peak_target")
    assert state(hass, "sensor.digimon_month_peak_time") == when
    assert state(hass, "sensor.digimon_billed_power") == billed
    assert running.runtime_data.tariff.peaks().completed.missing == ()
    assert {tuple(peak.month): peak.power_w for peak in running.runtime_data.tariff.peaks().known} == YEAR | {
        (2026, 6): 5000
    }
    key = f"digimon.told_peaks.{running.entry_id}"
    assert key in hass_storage
    await hass.config_entries.async_remove(running.entry_id)
    assert await Store[dict[str, Any]](hass, 1, key).async_load() is None
