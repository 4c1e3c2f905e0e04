"""A cable from the bytes on a socket or a serial device to snapshots and stored quarters."""

import asyncio
import os
import pty
import sqlite3
import time
import tty
from collections.abc import Callable
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest

from core.clock import QUARTER_SECONDS, quarter_id_at, quarter_start
from custom_components.digimon.cable.reader import BAUD
from custom_components.digimon.cable.source import CableSource
from custom_components.digimon.cable.store import QuarterStore, StoreError
from custom_components.digimon.core.quarter import Quarter
from custom_components.digimon.monitor import QuarterSummary, UnexpectedAnswerError
from custom_components.digimon.source import SourceError
from simulator.house import House
from tests.integration.card import quarter_of

from .lines import UsbLine
from .port import Port
from .rfc2217 import Command, Rfc2217Port
from .running import START, Cable, failure_to_come, heard, until

pytestmark = pytest.mark.usefixtures("at_once")


def registers(house: House, utc: int) -> tuple[int, int, int, int]:
    """In the order of the meter's records."""
    shown = house.reading(utc)
    return (
        shown.consumed_energy_t1,
        shown.consumed_energy_t2,
        shown.produced_energy_t1,
        shown.produced_energy_t2,
    )


async def send(port: Port, source: CableSource, house: House, instants: range) -> None:
    """Send the telegrams of some seconds and wait until they were taken."""
    before = heard(source)
    for utc in instants:
        await port.send(house.telegram(utc))
    await until(lambda: heard(source) >= before + len(instants))


async def test_the_running_quarter_and_the_meter_are_shown(port: Port, tmp_path: Path, house: House) -> None:
    async with Cable(port.address, tmp_path) as source:
        await send(port, source, house, range(START, START + 60))
        snapshot = await source.read()
    assert snapshot.reading is not None
    assert snapshot.running is not None
    assert snapshot.reading.time_utc == START + 59
    assert snapshot.reading.consumed_energy_wh == sum(registers(house, START + 59)[:2])
    assert (snapshot.reading.consumed_power_w, snapshot.reading.produced_power_w) == house.power(START + 59)
    assert snapshot.running.quarter_id == quarter_id_at(START)
    assert len(snapshot.running.samples) == 12


async def test_quarters_equal_those_of_a_board(port: Port, tmp_path: Path, house: House) -> None:
    async with Cable(port.address, tmp_path) as source:
        await send(port, source, house, range(START, START + 2 * QUARTER_SECONDS + 1))
        for start in (START, START + QUARTER_SECONDS):
            stored = await source.archive.quarter(quarter_id_at(start))
            expected = quarter_of(house, quarter_id_at(start))
            assert stored is not None
            assert list(stored.samples) == [expected.interval(number) for number in range(180)]
        day = await source.archive.day(date(2026, 3, 15))
        assert [row.quarter_id for row in day.quarters] == [
            quarter_id_at(START),
            quarter_id_at(START + QUARTER_SECONDS),
        ]
        for row in day.quarters:
            assert row.registers is not None
            assert row.registers[:4] == registers(house, quarter_start(row.quarter_id) + QUARTER_SECONDS)
        assert await source.archive.dates() == (date(2026, 3, 15),)
        finished = (await source.read()).finished
    assert finished is not None
    assert finished.quarter_id == quarter_id_at(START + QUARTER_SECONDS)


async def test_a_restart_in_mid_quarter_goes_on_with_it(port: Port, tmp_path: Path, house: House) -> None:
    async with Cable(port.address, tmp_path) as source:
        await send(port, source, house, range(START, START + 300))
    await port.unplug()
    await port.plug_in()
    async with Cable(port.address, tmp_path) as source:
        await send(port, source, house, range(START + 300, START + 310))
        running = (await source.read()).running
    assert running is not None
    assert len(running.samples) == 62
    assert None not in running.samples


async def test_killed_it_has_lost_half_a_minute_at_most(port: Port, tmp_path: Path, house: House) -> None:
    killed = Cable(port.address, tmp_path)
    await killed.__aenter__()
    await send(port, killed.source, house, range(START, START + 300))
    await killed.kill()
    await port.unplug()
    await port.plug_in()
    async with Cable(port.address, tmp_path) as source:
        await send(port, source, house, range(START + 300, START + 301))
        running = (await source.read()).running
    assert running is not None
    assert sum(sample is None for sample in running.samples) <= 6


async def test_an_outage_is_filled_from_the_registers(port: Port, tmp_path: Path, house: House) -> None:
    async with Cable(port.address, tmp_path) as source:
        await send(port, source, house, range(START, START + 300))
    await port.unplug()
    await port.plug_in()
    back = START + 3 * 3600 + 100
    async with Cable(port.address, tmp_path) as source:
        await send(port, source, house, range(back, back + 1))
        rows = (await source.archive.day(date(2026, 3, 15))).quarters
    assert [row.quarter_id for row in rows] == [quarter_id_at(START + 900 * number) for number in range(12)]
    assert [row.intervals for row in rows] == [60] + [0] * 11
    # The energy of the outage, as the registers counted it, is in the quarters up to the one that runs.
    before, after = (sum(registers(house, utc)[:2]) for utc in (START + 299, back))
    assert rows[-1].registers is not None
    known = sum(register or 0 for register in rows[-1].registers[:2])
    assert 0 <= after - known <= (after - before) * 100 // (back - START - 299) + 2


async def test_a_clock_that_is_put_back_over_a_quarters_edge_costs_nothing(
    port: Port, tmp_path: Path, house: House
) -> None:
    """As when the grid operator sets the clock of a meter right by a few seconds."""
    edge = START + QUARTER_SECONDS
    async with Cable(port.address, tmp_path) as source:
        await send(port, source, house, range(START, edge + 5))
        await send(port, source, house, range(edge - 4, edge))
        running = (await source.read()).running
        assert running is not None
        assert None not in running.samples
        await send(port, source, house, range(edge, edge + QUARTER_SECONDS + 1))
        for start in (START, edge):
            stored = await source.archive.quarter(quarter_id_at(start))
            assert stored is not None
            assert len(stored.samples) == 180
            assert None not in stored.samples


async def test_an_unplugged_port_is_opened_again(port: Port, tmp_path: Path, house: House) -> None:
    async with Cable(port.address, tmp_path) as source:
        await send(port, source, house, range(START, START + 5))
        await port.unplug()
        assert await failure_to_come(source) == "cable_lost"
        await port.plug_in()
        await send(port, source, house, range(START + 60, START + 61))
        reading = (await source.read()).reading
    assert reading is not None
    assert reading.time_utc == START + 60


async def test_an_error_that_nobody_foresaw_does_not_end_the_reading_and_is_told_once(
    port: Port, tmp_path: Path, house: House, caplog: pytest.LogCaptureFixture
) -> None:
    errors = [KeyError("a port"), KeyError("a port"), RuntimeError("of somebody else's code")]

    async def find(path: str) -> str:
        if errors:
            raise errors.pop(0)
        return path

    async with Cable(port.address, tmp_path, find=find) as source:
        await send(port, source, house, range(START, START + 3))
        assert (await source.read()).reading is not None
    assert [record.levelname for record in caplog.records if "cannot be read" in record.message] == ["ERROR"] * 2


async def test_rubbish_and_half_telegrams_cost_only_themselves(port: Port, tmp_path: Path, house: House) -> None:
    async with Cable(port.address, tmp_path) as source:
        await port.send(b"\x00\xff!12" + house.telegram(START)[:300] + house.telegram(START + 1))
        await port.send(house.telegram(START + 2).replace(b"1-0:1.7.0(", b"1-0:1.7.0(9"))
        await port.send(house.telegram(START + 3))
        await until(lambda: heard(source) == 2)
        diagnostics = source.diagnostics()
    assert diagnostics["telegrams_good"] == 2
    assert diagnostics["telegrams_rejected"] == 2


async def test_a_storm_of_telegrams_is_taken(port: Port, tmp_path: Path, house: House) -> None:
    async with Cable(port.address, tmp_path) as source:
        storm = b"".join(house.telegram(START + second) for second in range(600))
        await port.send(storm)
        await until(lambda: heard(source) == 600)
        running = (await source.read()).running
    assert running is not None
    assert None not in running.samples


@pytest.mark.parametrize(
    ("sent", "failure"),
    [
        (b"", "cable_silent"),
        (b"/KFM5KAIFA-METER\r\n\r\n1-3:0.2.8(22)\r\n!\r\n" * 3, "old_meter"),
        (b"\xdb\x08SAGY\x05\xe6\xd9\xa2\x82\x02\x25\x30" + bytes(range(200)), "encrypted_meter"),
        (b"\x9a\x81\x7f" * 100, "no_telegrams"),
    ],
)
async def test_what_cannot_be_read_is_named(port: Port, tmp_path: Path, sent: bytes, failure: str) -> None:
    async with Cable(port.address, tmp_path) as source:
        await port.send(sent)
        with pytest.raises(SourceError) as raised:
            await source.read()
    assert raised.value.failure == failure


async def test_another_meter_is_refused(port: Port, tmp_path: Path, house: House) -> None:
    async with Cable(port.address, tmp_path, serial="1SAG0000000000") as source:
        await port.send(house.telegram(START))
        await until(lambda: heard(source) == 1)
        with pytest.raises(SourceError) as raised:
            await source.read()
    assert raised.value.failure == "wrong_meter"
    assert await asyncio.to_thread(opened_dates, tmp_path) == []


def opened_dates(folder: Path) -> list[date]:
    store = QuarterStore(folder / "meter.db")
    store.open()
    return store.dates()


async def test_a_disk_that_fails_costs_no_live_value(
    port: Port, tmp_path: Path, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise StoreError("disk full")

    async with Cable(port.address, tmp_path) as source:
        with monkeypatch.context() as broken:
            broken.setattr(QuarterStore, "put", fail)
            await send(port, source, house, range(START, START + QUARTER_SECONDS + 10))
            snapshot = await source.read()
            assert snapshot.reading is not None
            assert source.diagnostics()["store_failed"]
        await send(port, source, house, range(START + QUARTER_SECONDS + 10, START + QUARTER_SECONDS + 12))
        stored = await source.archive.quarter(quarter_id_at(START))
    assert stored is not None
    assert None not in stored.samples
    assert not source.diagnostics()["store_failed"]


async def test_a_disk_that_is_not_there_costs_no_live_value_and_is_told_once(
    port: Port, tmp_path: Path, house: House, caplog: pytest.LogCaptureFixture
) -> None:
    folder = tmp_path / "digimon"
    folder.write_text("in the way", encoding="utf-8")
    async with Cable(port.address, folder) as source:
        await send(port, source, house, range(START, START + 60))
        snapshot = await source.read()
        assert snapshot.running is not None
        assert len(snapshot.running.samples) == 12
        assert source.diagnostics()["store_failed"]
        # Who looks back is told the same as of a board whose card fails.
        with pytest.raises(UnexpectedAnswerError):
            await source.archive.day(date(2026, 3, 15))
    told = [record.getMessage() for record in caplog.records if "cannot be stored" in record.getMessage()]
    assert len(told) == 1


async def test_a_disk_that_comes_back_goes_on_with_what_it_has(port: Port, tmp_path: Path, house: House) -> None:
    """Also with the time of which only the registers tell: it was full, or not mounted, when Home Assistant started."""
    folder = tmp_path / "digimon"
    async with Cable(port.address, folder) as source:
        await send(port, source, house, range(START, START + 300))
    folder.rename(tmp_path / "away")
    folder.write_text("in the way", encoding="utf-8")
    await port.unplug()
    await port.plug_in()
    back = START + 3 * QUARTER_SECONDS + 600
    async with Cable(port.address, folder) as source:
        await send(port, source, house, range(back, back + 310))
        assert source.diagnostics()["store_failed"]
        folder.unlink()
        (tmp_path / "away").rename(folder)
        await send(port, source, house, range(back + 310, back + 320))
        assert not source.diagnostics()["store_failed"]
        rows = (await source.archive.day(date(2026, 3, 15))).quarters
    assert [row.quarter_id for row in rows] == [quarter_id_at(START + 900 * number) for number in range(4)]
    assert [row.intervals for row in rows] == [60, 0, 0, 60]
    for row in rows[1:]:
        assert row.registers is not None
    assert rows[3].registers is not None
    assert rows[3].registers[:4] == registers(house, START + 4 * QUARTER_SECONDS)


async def test_a_file_that_is_damaged_while_it_is_used_is_begun_anew(
    port: Port, tmp_path: Path, house: House, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "meter.db"
    async with Cable(port.address, tmp_path) as source:
        await send(port, source, house, range(START, START + 40))
        with closing(sqlite3.connect(path)) as other:
            other.execute("UPDATE meter SET utc = utc")
            other.commit()
            other.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            path.write_bytes(b"no database " * (path.stat().st_size // 12))
        await send(port, source, house, range(START + 40, START + 90))
        assert not source.diagnostics()["store_failed"]
        stored = await source.archive.quarter(quarter_id_at(START))
    assert stored is not None
    assert len(stored.samples) >= 12
    assert None not in stored.samples
    told = [record.getMessage() for record in caplog.records if "cannot be stored" in record.getMessage()]
    assert len(told) == 1


@pytest.mark.parametrize("years", [-50, 30])
async def test_a_clock_of_the_machine_that_is_wrong_lets_go_of_nothing(
    port: Port, tmp_path: Path, house: House, monkeypatch: pytest.MonkeyPatch, years: int
) -> None:
    async with Cable(port.address, tmp_path) as source:
        await send(port, source, house, range(START, START + QUARTER_SECONDS + 1))
        with monkeypatch.context() as wrong:
            wrong.setattr(time, "time", lambda: START + years * 31_557_600)
            await source.read()
        stored = await source.archive.quarter(quarter_id_at(START))
    assert stored is not None
    assert len(stored.samples) == 180


async def test_what_is_written_when_the_reading_ends_is_written(
    port: Port, tmp_path: Path, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A busy machine begins to write only when nobody waits for it any more."""
    cable = Cable(port.address, tmp_path)
    source = await cable.__aenter__()
    await send(port, source, house, range(START, START + QUARTER_SECONDS))
    begun = asyncio.Event()

    async def stuck(*_: object) -> None:
        begun.set()
        await asyncio.Event().wait()

    with monkeypatch.context() as busy:
        busy.setattr(source.archive, "write", stuck)
        await port.send(house.telegram(START + QUARTER_SECONDS))
        await begun.wait()
        await cable.kill()
    await source.stop()
    stored, row = await asyncio.to_thread(kept, tmp_path, quarter_id_at(START))
    assert [stored.interval(number) is None for number in range(180)] == [False] * 180
    assert row.registers is not None
    assert row.registers[:4] == registers(house, START + QUARTER_SECONDS)


def kept(folder: Path, quarter_id: int) -> tuple[Quarter, QuarterSummary]:
    """A quarter of 15 March, as a file has it that nobody reads."""
    store = QuarterStore(folder / "meter.db")
    store.open()
    quarter = store.quarter(quarter_id)
    (row,) = [row for row in store.day(date(2026, 3, 15)) if row.quarter_id == quarter_id]
    store.close()
    assert quarter is not None
    return quarter, row


async def test_a_serial_device_is_read(tmp_path: Path, house: House) -> None:
    ours, theirs = pty.openpty()
    tty.setraw(theirs)
    try:
        async with Cable(os.ttyname(theirs), tmp_path) as source:
            # What arrives before the port is open is not kept.
            second = 0
            while heard(source) < 3:
                os.write(ours, house.telegram(START + second))
                second += 1
                await asyncio.sleep(0.01)
            reading = (await source.read()).reading
    finally:
        os.close(ours)
        os.close(theirs)
    assert reading is not None
    assert START + 2 <= reading.time_utc < START + second


async def test_a_port_behind_rfc2217_is_read_with_its_settings(
    socket_enabled: None, tmp_path: Path, house: House
) -> None:
    async with Rfc2217Port() as port, Cable(port.address, tmp_path) as source:
        for connection in range(2):
            if connection:
                await port.unplug()
                assert await failure_to_come(source) == "cable_lost"
                await port.plug_in()
            second = 10 * connection
            taken = heard(source)
            # What arrives before all is agreed on is not kept.
            while heard(source) < taken + 2:
                await port.send(b"\xff" + house.telegram(START + second))
                second += 1
                await asyncio.sleep(0.01)
        reading = (await source.read()).reading
    assert reading is not None
    assert START + 11 <= reading.time_utc < START + second
    # 115,200 baud, 8N1, and no flow control.
    assert int.from_bytes(port.settings[Command.BAUD]) == BAUD
    assert [port.settings[command] for command in (Command.DATA_SIZE, Command.PARITY, Command.STOP_SIZE)] == [
        b"\x08",
        b"\x01",
        b"\x01",
    ]
    assert port.settings[Command.CONTROL] == b"\x01"


async def test_nothing_runs_on_once_a_device_is_no_longer_read(
    tmp_path: Path, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither what read it nor what closes it, which may take a driver a while."""

    def close(end: int, close: Callable[[int], None] = os.close) -> None:
        time.sleep(0.2)
        close(end)

    line = UsbLine(tmp_path)
    line.plug_in()
    cable = Cable(line.address, tmp_path)
    before = asyncio.all_tasks()
    source = await cable.__aenter__()
    while heard(source) < 1:
        await asyncio.to_thread(line.send, house.telegram(START))
        await asyncio.sleep(0.01)
    with monkeypatch.context() as slow:
        slow.setattr(os, "close", close)
        await cable.kill()
    assert asyncio.all_tasks() == before
    await source.stop()
    line.unplug()


async def test_a_lasting_name_that_leads_elsewhere_is_followed(tmp_path: Path, house: House) -> None:
    """As udev lets it, when a cable is plugged in at another place."""
    line = UsbLine(tmp_path)
    line.plug_in()
    async with Cable(line.address, tmp_path) as source:
        for place in range(2):
            if place:
                line.unplug()
                await failure_to_come(source)
                line.plug_in()
            second = 10 * place
            before = heard(source)
            while heard(source) < before + 2:
                await asyncio.to_thread(line.send, house.telegram(START + second))
                second += 1
                await asyncio.sleep(0.01)
        reading = (await source.read()).reading
    line.unplug()
    assert reading is not None
    assert reading.time_utc >= START + 10
