"""A period that somebody asks for: compared with the card, whatever was looked at before."""

from collections.abc import Awaitable, Callable
from typing import Any

from ..core.clock import HOUR_SECONDS
from .card import Card
from .importer import Importer, TargetsChangedError
from .ledger import Progress
from .notices import iso
from .reconcile import Report
from .targets import Targets
from .times import Day, month_name, parts, span_of


async def import_period(  # noqa: PLR0913, PLR0917 - what it brings together
    card: Card,
    importer: Importer,
    progress: Progress,
    find: Callable[[], Awaitable[Targets]],
    report: Report,
    first: int,
    until: int,
    *,
    dry_run: bool,
) -> dict[str, Any]:
    """Compare a period with the card, and write what is missing.

    :param progress: says which months were brought over.
    :param find: looks for the sensors of the board.
    :param report: takes what is written, also when it ends early.
    :param first: UTC; the hour that it is in is the first.
    :param until: UTC, a full hour that is closed.
    :returns: what was written or would be, by sensor.
    :raises BoardError: the card cannot be read.
    :raises UnsettledError: the database does not keep it.
    """
    spans = {day: span_of([day]) for day in await card.days()}
    first = first // HOUR_SECONDS * HOUR_SECONDS
    wanted = [day for day, (start, end) in spans.items() if start < until and end > first]
    targets = await find()
    complete = True
    if wanted:
        # Whoever asks for everything asks for years in which there was no card.
        first = max(first, spans[wanted[0]][0])
        # The newest first, as the past is brought over.
        for part in reversed(parts(first, until, by_day=card.by_quarters)):
            days = [day for day in wanted if _overlap(spans[day], part)]
            if days:
                unread = [spans[day] for day in spans if day < days[0] and month_name(day) not in progress.months]
                targets, is_whole = await _bring_over(
                    importer, find, days, part, report, unread, is_followed=part[1] < until, dry_run=dry_run
                )
                complete &= is_whole
    return {
        "sensors": {
            key: {
                "entity_id": written.statistic_id,
                "hours": written.hours,
                "first": iso(written.first),
                "last": iso(written.last),
            }
            for key, written in report.written.items()
        },
        "skipped": dict(targets.skipped),
        "days": len(wanted),
        "complete": complete,
        "dry_run": dry_run,
    }


async def _bring_over(  # noqa: PLR0913, PLR0917 - the same as above
    importer: Importer,
    find: Callable[[], Awaitable[Targets]],
    days: list[Day],
    part: tuple[int, int],
    report: Report,
    unread: list[tuple[int, int]],
    *,
    is_followed: bool,
    dry_run: bool,
) -> tuple[Targets, bool]:
    """One part, and the same once more when a person changed its sensors meanwhile."""
    while True:
        targets = await find()
        try:
            return targets, await importer.bring_over(
                days, *part, targets.found, report, unread=unread, is_followed=is_followed, dry_run=dry_run
            )
        except TargetsChangedError:
            continue


def _overlap(one: tuple[int, int], other: tuple[int, int]) -> bool:
    return one[0] < other[1] and one[1] > other[0]
