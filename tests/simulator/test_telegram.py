"""A telegram says what the meter reads, in the form that two independent readers take."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from dsmr_parser import telegram_specifications
from dsmr_parser.parsers import TelegramParser
from hypothesis import given, settings
from hypothesis import strategies as st

from core.obis import Decoder
from core.telegram import TelegramSplitter
from simulator.house import House
from simulator.meter import Grid
from simulator.reading import Reading
from tests.simulator.brute_force import local, stamp, utc

GRIDS = list(Grid)
INSTALLED = date(2025, 3, 14)
HOUSES = {grid: House(6, grid=grid, installed=INSTALLED, message="Onderhoud op 3 mei, 9u") for grid in GRIDS}
OLD = {version: House(6, version=version, installed=INSTALLED) for version in ("50213", "50216")}

instants = st.integers(utc("2025-03-14"), utc("2026-07-01") - 1)
any_house = st.sampled_from([*HOUSES.values(), *OLD.values()])


def decode(telegram: bytes) -> dict[str, Any]:
    splitter = TelegramSplitter()
    assert splitter.feed(telegram) == [telegram.removesuffix(b"\r\n")]
    decoder = Decoder()
    meter = decoder.decode(telegram)
    assert decoder.unreadable == 0
    return meter


@given(house=any_house, instant=instants)
@settings(max_examples=150, deadline=None)
def test_core_reads_what_the_meter_shows(house: House, instant: int) -> None:
    reading = house.reading(instant)
    meter = decode(house.telegram(instant))
    for key in (
        "time", "tariff", "consumed_power", "produced_power",
        "consumed_energy_t1", "consumed_energy_t2", "produced_energy_t1", "produced_energy_t2",
    ):  # fmt: skip
        assert meter[key] == getattr(reading, key), key
    assert meter["summer"] == bool(local(instant).dst())
    assert (meter["breaker"], meter["limiter"], meter["fuse"]) == (1, None, None)
    assert meter["message"] == reading.message
    gas, water = meter["devices"]
    assert (gas["type"], gas["valve"], gas["time"], gas["value"], gas["unit"]) == (
        "gas", 1, reading.gas.time, reading.gas.litres, "l",
    )  # fmt: skip
    assert (water["type"], water["time"], water["value"], water["unit"]) == (
        "water", reading.water.time, reading.water.litres, "l",
    )  # fmt: skip
    assert "valve" not in water
    if house in OLD.values():
        assert not {"average_demand", "peak", "peaks"} & meter.keys()
        return
    assert meter["average_demand"] == reading.average_demand
    assert (meter["peak"]["time"], meter["peak"]["power"]) == (reading.peak.time, reading.peak.power)
    assert [(peak["time"], peak["power"]) for peak in meter["peaks"]] == [
        (month.peak.time, month.peak.power) for month in reading.peaks
    ]
    ends = [local(month.month_end - 1) for month in reading.peaks]
    assert [(peak["year"], peak["month"]) for peak in meter["peaks"]] == [(end.year, end.month) for end in ends]
    assert [
        (phase["consumed_power"], phase["produced_power"], phase["voltage"], phase["current"])
        for phase in meter["phases"]
    ] == [
        (phase.consumed_power, phase.produced_power, phase.voltage * 100, phase.current * 10)
        for phase in reading.phases
    ]


def thousandths(value: int) -> Decimal:
    return Decimal(value).scaleb(-3)


@given(house=any_house, instant=instants)
@settings(max_examples=60, deadline=None)
def test_dsmr_parser_reads_what_the_meter_shows(house: House, instant: int) -> None:
    reading = house.reading(instant)
    parser = TelegramParser(telegram_specifications.BELGIUM_FLUVIUS, apply_checksum_validation=True)
    telegram = parser.parse(house.telegram(instant).decode())
    assert int(telegram.P1_MESSAGE_TIMESTAMP.value.timestamp()) == instant
    assert telegram.ELECTRICITY_ACTIVE_TARIFF.value == f"{reading.tariff:04d}"
    for name, value in (
        ("ELECTRICITY_USED_TARIFF_1", reading.consumed_energy_t1),
        ("ELECTRICITY_USED_TARIFF_2", reading.consumed_energy_t2),
        ("ELECTRICITY_DELIVERED_TARIFF_1", reading.produced_energy_t1),
        ("ELECTRICITY_DELIVERED_TARIFF_2", reading.produced_energy_t2),
        ("CURRENT_ELECTRICITY_USAGE", reading.consumed_power),
        ("CURRENT_ELECTRICITY_DELIVERY", reading.produced_power),
    ):
        assert getattr(telegram, name).value == thousandths(value), name
    gas, water = telegram.MBUS_DEVICES
    for device, count in ((gas, reading.gas), (water, reading.water)):
        assert device.MBUS_METER_READING.value == thousandths(count.litres)
        assert int(device.MBUS_METER_READING.datetime.timestamp()) == count.time
    for number, phase in enumerate(reading.phases, 1):
        assert getattr(telegram, f"INSTANTANEOUS_VOLTAGE_L{number}").value == Decimal(phase.voltage).scaleb(-1)
    if house in OLD.values():
        return
    assert telegram.BELGIUM_CURRENT_AVERAGE_DEMAND.value == thousandths(reading.average_demand)
    assert telegram.BELGIUM_MAXIMUM_DEMAND_MONTH.value == thousandths(reading.peak.power)
    assert int(telegram.BELGIUM_MAXIMUM_DEMAND_MONTH.datetime.timestamp()) == reading.peak.time
    history = getattr(telegram, "BELGIUM_MAXIMUM_DEMAND_13_MONTHS", [])
    assert [(int(entry.datetime.timestamp()), int(entry.occurred.timestamp()), entry.value) for entry in history] == [
        (month.month_end, month.peak.time, thousandths(month.peak.power)) for month in reading.peaks
    ]
    for number, phase in enumerate(reading.phases, 1):
        for sign, power in (("POSITIVE", phase.consumed_power), ("NEGATIVE", phase.produced_power)):
            value = getattr(telegram, f"INSTANTANEOUS_ACTIVE_POWER_L{number}_{sign}").value
            assert value == thousandths(power)
        assert getattr(telegram, f"INSTANTANEOUS_CURRENT_L{number}").value == Decimal(phase.current).scaleb(-2)


@given(grid=st.sampled_from(GRIDS), instant=instants)
@settings(max_examples=200, deadline=None)
def test_phases_sum_to_the_meter(grid: Grid, instant: int) -> None:
    reading = HOUSES[grid].reading(instant)
    assert len(reading.phases) == (1 if grid is Grid.SINGLE else 3)
    net = sum(phase.consumed_power - phase.produced_power for phase in reading.phases)
    assert net == reading.consumed_power - reading.produced_power
    assert all(0 in (phase.consumed_power, phase.produced_power) for phase in reading.phases)


@given(grid=st.sampled_from(GRIDS), instant=instants)
@settings(max_examples=200, deadline=None)
def test_amperes_are_watts_through_volts(grid: Grid, instant: int) -> None:
    for phase in HOUSES[grid].reading(instant).phases:
        if phase.voltage:
            assert 2070 <= phase.voltage <= 2530
            power = phase.consumed_power + phase.produced_power
            # 0.01 A times 0.1 V is 1 mW; half a hundredth of an ampere is rounding.
            assert abs(phase.current * phase.voltage - power * 1000) <= phase.voltage // 2 + 1


def test_without_neutral_the_meter_sees_no_voltage_on_l2() -> None:
    reading = HOUSES[Grid.THREE_230].reading(utc("2026-01-10T18:00"))
    middle = reading.phases[1]
    assert (middle.voltage, middle.consumed_power, middle.produced_power) == (0, 0, 0)
    outer = reading.phases[0].current, reading.phases[2].current
    assert abs(outer[0] - outer[1]) <= middle.current <= sum(outer)
    assert b"1-0:52.7.0(000.0*V)\r\n" in HOUSES[Grid.THREE_230].telegram(reading.time)


def test_the_same_house_behind_every_meter() -> None:
    instant = utc("2026-05-05T13:14:15")
    assert len({house.power(instant) for house in HOUSES.values()}) == 1
    assert len({house.energy(instant) for house in HOUSES.values()}) == 1


@pytest.mark.parametrize(
    ("grid", "ident", "lines"),
    [(Grid.SINGLE, "253770234_A", 1), (Grid.THREE, "253769484_A", 3), (Grid.THREE_230, "253769484_A", 3)],
)
def test_form_of_the_meter(grid: Grid, ident: str, lines: int) -> None:
    telegram = HOUSES[grid].telegram(utc("2026-01-26T18:00:00"))
    assert telegram.startswith(f"/FLU5\\{ident}\r\n\r\n0-0:96.1.4(50217)\r\n0-0:96.1.1(31534147".encode())
    assert telegram.count(b"*V)") == telegram.count(b"*A)") - 1 == lines
    assert telegram.replace(b"\r\n", b"").isascii()
    assert b"\n" not in telegram.replace(b"\r\n", b"")
    assert len(telegram) < 1600
    for count, second in ((b"0-1:24.2.3(", 2), (b"0-2:24.2.1(", 32)):
        at = telegram.index(count) + len(count)
        report = telegram[at : at + 13].decode()
        assert int(report[8:10]) % 5 == 0
        assert int(report[10:12]) == second


def test_forms_of_old_meters() -> None:
    instant = utc("2026-01-26T18:00:00")
    newer, oldest = OLD["50216"].telegram(instant), OLD["50213"].telegram(instant)
    for telegram in (newer, oldest):
        assert b"1.4.0(" not in telegram.replace(b"31.4.0(", b"")
        assert b"1.6.0" not in telegram
    assert b"1-0:21.7.0(" in newer
    assert b"1-0:21.7.0(" not in oldest
    assert b".7.0(000*A)" in oldest


def test_the_quarter_that_october_repeats_has_two_stamps() -> None:
    summer = utc("2025-10-26T02:30+02:00")
    house = HOUSES[Grid.THREE]
    assert [stamp(instant) for instant in (summer, summer + 3600)] == ["251026023000S", "251026023000W"]
    for instant in (summer, summer + 3600):
        assert f"0-0:1.0.0({stamp(instant)})".encode() in house.telegram(instant)


@pytest.mark.parametrize("wrong", [{"version": "50222"}, {"grid": "two"}])
def test_unknown_meters_are_refused(wrong: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=next(iter(wrong.values()))):
        House(**wrong)  # type: ignore[arg-type]


def test_a_reading_cannot_be_changed() -> None:
    reading: Reading = HOUSES[Grid.THREE].reading(utc("2026-01-26T18:00:00"))
    with pytest.raises(AttributeError):
        reading.time = 0  # type: ignore[misc]
