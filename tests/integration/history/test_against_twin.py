"""The board of these tests answers what the firmware does, which is asked the same at the other end of a socket."""

import asyncio
import json
import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from core.clock import quarter_id_at, quarter_path
from tests.firmware.twin import Twin
from tests.integration.board import DESCRIPTION, INFO, METER, MONTH_PEAK, QUARTER, Board, description_of
from tests.integration.faults import BUSY
from tests.integration.records import FORM
from tests.integration.reply import Reply
from tests.integration.telegram import telegram_of

from .board import CardBoard, at
from .house import ModelHouse
from .twin_board import TwinCardBoard

START = at("2026-01-10T00:00")
# Midnight on the meter's clock, the quarter before it and some minutes of the second one after it.
BEFORE, MIDNIGHT, SECOND = (at(f"2026-01-11T{time}") for time in ("22:45", "23:00", "23:15"))
NOW = at("2026-01-11T23:20")
# It heard nothing from the 5th to the 8th minute of the quarter after midnight.
DEAF = (at("2026-01-11T23:05"), at("2026-01-11T23:08"))


@dataclass
class Two:
    """The firmware and what stands in for it elsewhere, in the same house."""

    twin: TwinCardBoard
    fake: CardBoard

    async def differences(self, paths: list[str], known: dict[str, str] | None = None) -> dict[str, tuple[Any, Any]]:
        """Paths at which they do not put the same bytes on the wire, but for tags, which are each one's own."""
        found = {}
        for path in paths:
            one, other = [await _asked(board, path, (known or {}).get(path)) for board in (self.twin, self.fake)]
            if one != other:
                found[path] = (one, other)
        return found


async def _asked(board: Board, path: str, known: str | None = None) -> Reply:
    reader, writer = await asyncio.open_connection("127.0.0.1", board.port)
    tag = "" if known is None else f"If-None-Match: {known}\r\n"
    writer.write(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{tag}\r\n".encode())
    reply = Reply.read(await reader.read(-1))
    writer.close()
    return reply if "ETag" not in reply.headers else replace(reply, headers={**reply.headers, "ETag": "a tag"})


@pytest.fixture
async def two(request: pytest.FixtureRequest, tmp_path: Path, socket_enabled: None) -> AsyncIterator[Two]:
    """In the second quarter of a day; parametrise for the firmware to hear the meter earlier, with a gap."""
    first = getattr(request, "param", SECOND)
    house = ModelHouse(7, START, 72)
    twin = TwinCardBoard(house, lambda: NOW, tmp_path / "card", first)
    fake = CardBoard(house, lambda: NOW)
    if first < DEAF[0]:
        twin.deaf.spans.append(DEAF)
        fake.deaf.spans.append(DEAF)
    await twin.power_on()
    await fake.start()
    yield Two(twin, fake)
    await fake.stop()
    await twin.end()


def _day(text: str) -> str:
    year, month, day = map(int, text.split("-"))
    return f"?year={year}&month={month}&day={day}"


@pytest.mark.parametrize("two", [BEFORE], indirect=True)
async def test_of_the_card_it_answers_the_same_bytes(two: Two) -> None:
    days = ["2026-01-09", "2026-01-10", "2026-01-11", "2026-01-12", "2026-01-13", "2025-12-31", "2026-02-30"]
    paths = ["/historic/years"]
    paths += [f"/historic/months?year={year}" for year in ("2025", "2026", "99999")]
    paths += [f"/historic/days?year=2026&month={month}" for month in ("1", "01", "2", "13")]
    for kind in ("quarters", "day"):
        paths += [f"/historic/{kind}{_day(day)}" for day in days]
    paths += [f"/historic/day{_day(day)}{FORM}" for day in days]
    # The first of all, one of each day, the one with a gap, the running one, and one to come.
    quarters = [START, BEFORE, MIDNIGHT, SECOND, SECOND + 900, START - 900]
    paths += [quarter_path(quarter_id_at(start)) for start in quarters]
    assert await two.differences(paths) == {}


async def test_what_a_client_has_is_not_sent_again(two: Two) -> None:
    path = f"/historic/day{_day('2026-01-10')}"
    for form in ("", FORM):
        for board in (two.twin, two.fake):
            tag = (await board.reply(path, known=None, in_records=bool(form))).headers["ETag"]
            for known in (tag, f'"another", {tag}'):
                again = await board.reply(path, known=known, in_records=bool(form))
                assert again == Reply(status=304, headers={"ETag": tag})
        assert await two.differences([path + form], {path + form: '"another"'}) == {}


async def test_of_now_it_answers_the_same(two: Two) -> None:
    # Written out, the running quarter is what will be stored of it.
    assert await two.differences(["/nowhere"]) == {}
    of_twin, of_fake = await _asked(two.twin, QUARTER), await _asked(two.fake, QUARTER)
    # The fake's meter is amid what it tells at an instant, that of the twin at its beginning.
    assert replace(of_twin, body=b"") == replace(of_fake, body=b"")
    one, other = json.loads(of_twin.body), json.loads(of_fake.body)
    assert list(one) == list(other)
    for key in ("consumed_power_interval_avgs", "produced_power_interval_avgs"):
        assert one.pop(key)[:-1] == other.pop(key)
    one.pop("consumed_power_avg")
    assert {**one, "consumed_power_avg": other["consumed_power_avg"]} == other


async def test_of_a_telegram_and_of_itself_it_tells_the_same_keys(two: Two, tmp_path: Path) -> None:
    document = two.fake.meter(NOW)
    with_all = tmp_path / "telegram.txt"
    with_all.write_bytes(telegram_of(document))
    (tmp_path / "another card").mkdir()
    twin = await asyncio.to_thread(Twin, with_all, sd=tmp_path / "another card")
    try:
        await asyncio.to_thread(twin.wait_replayed)
        for path in (METER, MONTH_PEAK, INFO, DESCRIPTION):
            one, other = await asyncio.to_thread(twin.get, path), await _asked(two.fake, path)
            assert one.headers["Content-Type"] == other.kind
            if path == METER:
                assert one.json() == json.loads(other.body)
            elif path == DESCRIPTION:
                assert one.body == description_of(await asyncio.to_thread(twin.info))
            else:
                assert _shape(one.json()) == _shape(json.loads(other.body)), path
    finally:
        await asyncio.to_thread(twin.stop)


async def test_without_its_card_it_tells_the_same_bytes(two: Two) -> None:
    span = (NOW - 120, NOW + 1)
    two.twin.without_card.spans.append(span)
    two.fake.without_card.spans.append(span)
    paths = ["/historic/years", "/historic/months?year=2026", "/historic/days?year=2026&month=1"]
    paths += [f"/historic/{kind}{_day('2026-01-10')}" for kind in ("day", "quarters")]
    paths += [f"/historic/day{_day('2026-01-10')}{FORM}", quarter_path(quarter_id_at(START))]
    assert await two.differences(paths) == {}
    assert json.loads((await _asked(two.fake, paths[3])).body)["complete"] is False


async def test_a_day_that_is_still_read_and_a_board_that_is_busy(two: Two) -> None:
    await two.twin.power_off()
    # As the original firmware leaves a card.
    shutil.rmtree(two.twin.card / "index")
    await two.twin.power_on()
    path = f"/historic/day{_day('2026-01-10')}{FORM}"
    two.fake.indexing.add((2026, 1, 10))
    one, other = await two.twin.ask(path), await _asked(two.fake, path)
    assert one.head == other.head
    assert b'"complete":false' in one.body
    assert b'"complete":false' in other.body
    assert await two.twin.crowd() == BUSY


def _shape(value: Any) -> Any:
    """What a document is made of, whatever its numbers and texts are."""
    if isinstance(value, dict):
        # A name in the network, and reasons of what went wrong, are there or not.
        return {key: _shape(part) for key, part in value.items() if key not in {"announced", "rejected"}}
    return type(value).__name__
