"""The energy of the running quarter and the power that lasts, of whatever the meter tells."""

from dataclasses import replace

import pytest

from custom_components.digimon.capacity.offtake import (
    Baseline,
    EnergySource,
    Intervals,
    Observation,
    Offtake,
    follow,
    observe_intervals,
)

from .replay import QUARTER, REGISTER


def at(second: int, **values: int | Intervals | None) -> Observation:
    return Observation(time_utc=QUARTER + second, **values)  # type: ignore[arg-type] # fields by their names


def after(*seen: Observation) -> Offtake:
    offtake = None
    for observation in seen:
        offtake = follow(offtake, observation)
    assert offtake is not None
    return offtake


def intervals(*powers_w: int | None, start: int = 0) -> Intervals:
    return Intervals(start_utc=QUARTER + start, powers_w=powers_w)


def test_registers_read_when_the_quarter_began() -> None:
    energy = after(at(0, register_wh=REGISTER), at(386, register_wh=REGISTER + 1000, demand_w=4065)).energy()
    assert energy is not None
    assert (energy.demand_w, energy.source) == (4000, EnergySource.REGISTERS)
    # Both readings are cut off to whole Wh.
    assert energy.least_w == 3996


def test_the_meters_own_figure_after_a_restart() -> None:
    energy = after(at(386, register_wh=REGISTER, demand_w=4065)).energy()
    assert energy is not None
    assert (energy.demand_w, energy.least_w, energy.source) == (4065, 4065, EnergySource.DEMAND)


@pytest.mark.parametrize("second", [0, 1, 14])
def test_the_old_final_value_is_not_believed(second: int) -> None:
    assert after(at(second, demand_w=4065)).energy() is None


def test_a_line_between_two_readings_until_the_meters_own_figure_settles() -> None:
    before = at(-3, register_wh=REGISTER)
    first = after(before, at(2, register_wh=REGISTER + 10, demand_w=4065))
    assert first.baseline == Baseline(register_wh=REGISTER + 6, uncertain_wh=10)
    energy = first.energy()
    assert energy is not None
    assert (energy.demand_w, energy.least_w, energy.source) == (16, 0, EnergySource.REGISTERS)
    later = after(before, at(2, register_wh=REGISTER + 10), at(17, register_wh=REGISTER + 43, demand_w=145)).energy()
    assert later is not None
    assert (later.demand_w, later.source) == (145, EnergySource.DEMAND)


def test_a_figure_that_is_not_trusted_gives_way_to_the_line() -> None:
    seen = after(at(-3, register_wh=REGISTER), at(2, register_wh=REGISTER + 10), at(17, register_wh=REGISTER + 43))
    offtake = replace(seen, last=replace(seen.last, demand_w=9000))
    energy = offtake.energy(trust_demand=False)
    assert energy is not None
    assert (energy.demand_w, energy.source) == (37 * 4, EnergySource.REGISTERS)
    assert energy.least_w == (37 - 10 - 1) * 4


@pytest.mark.parametrize(
    "before",
    [
        at(-31, register_wh=REGISTER),
        at(-3),
        at(-3, register_wh=REGISTER + 11),
        at(1, register_wh=REGISTER),
    ],
    ids=["too long ago", "without registers", "a register that fell", "in the quarter already"],
)
def test_no_line_where_its_begin_is_not_known(before: Observation) -> None:
    offtake = after(before, at(2, register_wh=REGISTER + 10))
    assert offtake.baseline is None
    assert offtake.by_registers() is None


def test_no_line_without_registers() -> None:
    assert after(at(-3, register_wh=REGISTER), at(2)).baseline is None


def test_one_answer_without_registers() -> None:
    offtake = after(at(0, register_wh=REGISTER), at(20, demand_w=145))
    energy = offtake.energy()
    assert energy is not None
    assert energy.source is EnergySource.DEMAND
    back = follow(offtake, at(40, register_wh=REGISTER + 70)).energy()
    assert back is not None
    assert (back.demand_w, back.source) == (280, EnergySource.REGISTERS)


def test_registers_that_fall_are_no_injection() -> None:
    energy = after(at(0, register_wh=REGISTER), at(20, register_wh=REGISTER - 5)).energy()
    assert energy is not None
    assert (energy.demand_w, energy.least_w) == (0, 0)


def test_the_intervals_of_the_original_firmware() -> None:
    energy = after(observe_intervals(intervals(*[3600] * 60))).energy()
    assert energy is not None
    assert (energy.demand_w, energy.least_w, energy.source) == (1200, 1200, EnergySource.INTERVALS)


def test_a_gap_is_taken_to_be_like_the_rest_but_proves_nothing() -> None:
    energy = after(observe_intervals(intervals(*[3600] * 57, None, None, None))).energy()
    assert energy is not None
    assert (energy.demand_w, energy.least_w) == (1200, 57 * 3600 * 5 // 900)


def test_too_many_gaps_tell_nothing() -> None:
    assert after(observe_intervals(intervals(None, *[3600] * 8))).energy() is None
    assert after(observe_intervals(intervals(None, *[3600] * 9))).energy() is not None
    assert after(observe_intervals(intervals(None, None))).energy() is None


def test_an_interval_that_still_runs_is_not_counted() -> None:
    energy = after(at(12, intervals=intervals(3600, 3600, 9000))).energy()
    assert energy is not None
    assert energy.demand_w == 2 * 3600 * 5 // 900


def test_intervals_of_another_quarter_are_not_looked_at() -> None:
    offtake = after(at(3, power_w=500, intervals=intervals(*[9000] * 180, start=-900)))
    assert offtake.energy() is None
    assert offtake.power_w == 500


def test_after_the_last_interval_the_quarter_is_not_over_yet() -> None:
    observation = observe_intervals(intervals(*[1000] * 180))
    assert (observation.quarter_utc, observation.second) == (QUARTER, 899)
    assert observe_intervals(intervals(1000)).second == 5


def test_a_rise_has_to_last_and_a_fall_counts_at_once() -> None:
    powers = [500] * 60 + [4500] * 60 + [500] * 60
    offtake = None
    lasting: list[int | None] = []
    for second, power in enumerate(powers):
        offtake = follow(offtake, at(second + 100, power_w=power))
        lasting.append(offtake.power_w)
    assert lasting[59] == 500
    assert lasting[89] == 2500
    assert lasting[119] == 4500
    assert lasting[124] == 2500
    assert lasting[129] == 500


def test_ten_seconds_of_boiling_water_hardly_count() -> None:
    offtake = None
    highest = 0
    for second in range(200):
        offtake = follow(offtake, at(second, power_w=9000 if 100 <= second < 110 else 500))
        highest = max(highest, offtake.power_w or 0)
    assert highest == 500 + 8500 * 10 // 60


def test_intervals_and_polls_mean_the_same() -> None:
    powers = tuple(500 if number < 30 else 4500 for number in range(40))
    by_poll = None
    for number, power in enumerate(powers, 1):
        by_poll = follow(by_poll, at(5 * number, power_w=power))
    by_intervals = after(observe_intervals(intervals(*powers)))
    assert by_poll is not None
    assert by_poll.power_w == by_intervals.power_w == (2 * 500 + 10 * 4500) // 12


def test_the_last_minute_reaches_into_the_quarter_before() -> None:
    before = observe_intervals(intervals(*[600] * 180, start=-900))
    offtake = after(before, observe_intervals(intervals(1800, 1800)))
    # Ten of the intervals before it began within the minute.
    assert offtake.power_w == (10 * 600 + 2 * 1800) // 12


def test_a_gap_in_the_intervals_has_no_power() -> None:
    assert after(observe_intervals(intervals(1000, None, 3000))).power_w == 2000
    assert after(observe_intervals(intervals(1000, *[None] * 3))).power_w == 1000
    assert after(at(10)).power_w is None


def test_the_mean_of_a_finished_quarter_by_its_registers() -> None:
    before = after(at(0, register_wh=REGISTER))
    assert follow(before, at(900, register_wh=REGISTER + 650)).mean_of_quarter_before(before) == 2600
    assert follow(before, at(1800, register_wh=REGISTER + 650)).mean_of_quarter_before(before) is None
    assert follow(before, at(901, register_wh=REGISTER + 650)).mean_of_quarter_before(before) is None
    unknown = after(at(5, register_wh=REGISTER))
    assert follow(unknown, at(900, register_wh=REGISTER + 650)).mean_of_quarter_before(unknown) is None
