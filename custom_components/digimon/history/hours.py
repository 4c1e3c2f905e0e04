"""Hours of a sensor that only rises, from stored quarters: how much each added, and where the register stood.

Where the card knows the registers, they are the truth: what a quarter added is the difference between its
end and that of the quarter before. Where it does not (a card of the original firmware), the mean of the
valid intervals of 5 seconds counts.

A gap on the card stays a gap, unless registers stand on both its sides. What they counted in between is on
the bill, so it must be somewhere; nobody knows in which hour, so it is spread evenly over the gap. Put into
the first hour after it, it would be a bar that no house ever took. Where Home Assistant itself saw the register
during the gap, as when only the card was away, that is known as well.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import NamedTuple

from ..core.clock import HOUR_SECONDS, INTERVAL_SECONDS, QUARTER_INTERVALS
from .quarters import CardQuarter
from .series import Counted

# What is left of registers that were turned into another unit and back, in Wh or l.
DUST = 0.001


class Stand(NamedTuple):
    """Where a register stood at an instant."""

    utc: int
    value: float
    """Wh or l."""


@dataclass(frozen=True, kw_only=True, slots=True)
class CountedHour:
    """What is known of one hour."""

    start: int
    """UTC."""

    seconds: int
    """How much of it is known: 3,600, or less at the edge of a gap."""

    change: float
    """Wh or l that it added."""

    state: float | None
    """The register at its end; None where no register is known."""


class _Span(NamedTuple):
    """A time in which something was added evenly."""

    start: int
    end: int
    amount: float
    value: float | None
    """The register at its end."""

    guessed: float = 0.0
    """How much of the amount nobody heard: what the mean of a quarter's valid intervals says of the other ones."""


def counted_hours(
    series: Counted, quarters: Sequence[CardQuarter], seen: Sequence[Stand] = ()
) -> tuple[CountedHour, ...]:
    """The hours that the quarters tell of, in order of time.

    An hour of which the card has only a part is told with that part.

    :param quarters: in order of time.
    :param seen: where Home Assistant saw the register, in order of time: before the quarters, when all that the
        card has since then is among these, in gaps between them, and behind them, when the card has no more.
    """
    quarters = _without_shares(quarters, seen)
    spans = list(_spans(series, quarters, seen))
    if series.of_one_meter:
        spans = _of_the_last_meter(series, quarters, spans)
    return tuple(_hours(spans))


def _without_shares(quarters: Sequence[CardQuarter], seen: Sequence[Stand]) -> list[CardQuarter]:
    """The quarters without those that only the registers tell of, where Home Assistant saw them in between.

    What a cable spreads evenly over the time in which it was not read, a board may have heard meanwhile.
    """
    kept: list[CardQuarter] = []
    for is_heard, run in groupby(quarters, key=lambda quarter: quarter.intervals > 0):
        told = list(run)
        if is_heard or not any(told[0].start < stand.utc < told[-1].end for stand in seen):
            kept += told
    return kept


def _spans(series: Counted, quarters: Sequence[CardQuarter], seen: Sequence[Stand]) -> Iterator[_Span]:
    """What was added when, in order of time and without overlap."""
    last: Stand | None = None
    unread: list[_Span] = []
    for stand, sampled in _stands(series, quarters, seen):
        if stand is None:
            if sampled is not None:
                unread.append(sampled)
            continue
        if last is not None and stand.utc <= last.utc:
            continue
        own = [] if sampled is None else [sampled]
        if last is not None and is_one_meter(series, last, stand):
            yield from _between(last, stand, [*unread, *own])
        else:
            # The first register of all, or that of another meter: only the samples tell how it got there.
            start = stand.utc - 1 if last is None else last.utc
            yield from (span for span in unread if span.end <= stand.utc and (last is None or span.start >= start))
            if sampled is not None and sampled.start < stand.utc:
                yield sampled._replace(end=stand.utc, value=stand.value)
            elif last is not None:
                # Nobody knows what it added, but from here on it can be followed.
                yield _Span(stand.utc - 1, stand.utc, 0.0, stand.value)
        unread = []
        last = stand
    # The hour in which the card ends has a rest, which is no part of the hour after it.
    if last is not None and last.utc % HOUR_SECONDS:
        behind = _first_from(seen, max(quarters[-1].end, last.utc + 1))
        if behind is not None and is_one_meter(series, last, behind):
            yield from _between(last, behind, unread)
            return
    yield from (span for span in unread if last is None or span.start >= last.utc)


def _stands(
    series: Counted, quarters: Sequence[CardQuarter], seen: Sequence[Stand]
) -> Iterator[tuple[Stand | None, _Span | None]]:
    """What each quarter tells, and between them what Home Assistant saw, in order of time."""
    waiting = list(seen)
    for index, quarter in enumerate(quarters):
        while waiting and waiting[0].utc <= quarter.start:
            yield waiting.pop(0), None
        value = _register(series, quarter)
        following = quarters[index + 1] if index + 1 < len(quarters) else None
        goes_on = _first_from(seen, quarter.end) is None if following is None else following.start == quarter.end
        stand = None if value is None else Stand(_instant(quarter, goes_on=goes_on), value)
        # Inside a quarter the card knows better.
        while waiting and waiting[0].utc <= (quarter.end if stand is None else stand.utc):
            waiting.pop(0)
        yield stand, _sampled(series, quarter)


def _first_from(seen: Sequence[Stand], utc: int) -> Stand | None:
    """What Home Assistant saw first at an instant or after it."""
    return next((stand for stand in seen if stand.utc >= utc), None)


def _register(series: Counted, quarter: CardQuarter) -> int | None:
    """A sum of which no part is missing."""
    values = [quarter.registers[register] for register in series.registers]
    known = [value for value in values if value is not None]
    return sum(known) if len(known) == len(values) else None


def _sampled(series: Counted, quarter: CardQuarter) -> _Span | None:
    """A quarter by its intervals."""
    if series.samples is None:
        return None
    ws = quarter.consumed_ws if series.samples == "consumed" else quarter.produced_ws
    whole_ws = quarter.whole_ws(ws)
    return _Span(quarter.start, quarter.end, whole_ws / HOUR_SECONDS, None, (whole_ws - ws) / HOUR_SECONDS)


def _instant(quarter: CardQuarter, *, goes_on: bool) -> int:
    """When a quarter's register was read: at its last telegram.

    Of a quarter with gaps after which nothing follows, the board most likely heard the beginning.

    :param goes_on: whether the card has the next quarter, or nothing is known of what came after this one.
    """
    if quarter.intervals == QUARTER_INTERVALS or goes_on:
        return quarter.end
    return quarter.start + quarter.intervals * INTERVAL_SECONDS


def is_one_meter(series: Counted, earlier: Stand, later: Stand) -> bool:
    """Whether a register can have come from one stand to the other."""
    hours = max(1.0, (later.utc - earlier.utc) / HOUR_SECONDS)
    # One that stood still does not go back by what was lost in the units of the database.
    return -DUST <= later.value - earlier.value <= hours * series.most


def _between(earlier: Stand, later: Stand, sampled: Sequence[_Span]) -> Iterator[_Span]:
    """What two stands of one register say of the time between them.

    Samples in between tell when most of it was added; the sum is that of the register.
    """
    total = max(0.0, later.value - earlier.value)
    if not sampled or (len(sampled) == 1 and sampled[0].start <= earlier.utc and sampled[0].end >= later.utc):
        # Nearly always: one quarter, of which the register tells all.
        yield _Span(earlier.utc, later.utc, total, later.value)
        return
    # What lies before the earlier stand is in it, as in a quarter that another start of the board continued.
    known = [
        span._replace(start=max(span.start, earlier.utc), end=min(span.end, later.utc))
        for span in sampled
        if span.end > earlier.utc and span.start < later.utc
    ]
    holes = list(_holes(earlier.utc, later.utc, known))
    if len(known) == 1 and not holes:
        known = []
        holes = [(earlier.utc, later.utc)]
    known = _without_excess(known, total)
    measured = sum(span.amount for span in known)
    unseen = sum(end - start for start, end in holes)
    # The samples are right as long as the register leaves room for them, and something else to fill.
    scale = 1.0
    if measured > total or not unseen:
        scale = total / measured if measured else 0.0
        measured = total if measured else 0.0
    rest = total - measured
    pieces = [(span.start, span.end, span.amount * scale) for span in known]
    if unseen:
        pieces += [(start, end, rest * (end - start) / unseen) for start, end in holes]
    elif rest:
        pieces = [(earlier.utc, later.utc, total)]
    value = earlier.value
    for start, end, amount in sorted(pieces):
        value += amount
        yield _Span(start, end, amount, later.value if end == later.utc else value)


def _without_excess(sampled: list[_Span], total: float) -> list[_Span]:
    """Samples whose guesses make way, as far as there is more than the total: what was heard is certain."""
    excess = sum(span.amount for span in sampled) - total
    guessed = sum(span.guessed for span in sampled)
    if excess <= 0 or not guessed:
        return sampled
    part = min(1.0, excess / guessed)
    return [span._replace(amount=span.amount - span.guessed * part) for span in sampled]


def _holes(start: int, end: int, spans: Sequence[_Span]) -> Iterator[tuple[int, int]]:
    """The times between two instants that no span covers."""
    at = start
    for span in spans:
        if span.start > at:
            yield at, span.start
        at = max(at, span.end)
    if at < end:
        yield at, end


def _of_the_last_meter(series: Counted, quarters: Sequence[CardQuarter], spans: list[_Span]) -> list[_Span]:
    """The spans since the last replacement."""
    stands = [Stand(quarter.end, value) for quarter in quarters if (value := _register(series, quarter)) is not None]
    replaced = [later.utc for earlier, later in pairwise(stands) if not is_one_meter(series, earlier, later)]
    if not replaced:
        return spans
    return [span for span in spans if span.end >= replaced[-1]]


def _hours(spans: Iterable[_Span]) -> Iterator[CountedHour]:
    """Spans, cut at the hours."""
    pieces = (piece for span in spans for piece in _cut(span))
    for start, hour in groupby(pieces, key=lambda piece: piece.start // HOUR_SECONDS * HOUR_SECONDS):
        known = list(hour)
        yield CountedHour(
            start=start,
            seconds=sum(piece.end - piece.start for piece in known),
            change=sum(piece.amount for piece in known),
            state=known[-1].value,
        )


def _cut(span: _Span) -> Iterator[_Span]:
    """A span in pieces of one hour each."""
    if span.start < span.end <= (span.start // HOUR_SECONDS + 1) * HOUR_SECONDS:
        yield span
        return
    at = span.start
    while at < span.end:
        end = min(span.end, (at // HOUR_SECONDS + 1) * HOUR_SECONDS)
        amount = span.amount * (end - at) / (span.end - span.start)
        left = span.amount * (span.end - end) / (span.end - span.start)
        yield _Span(at, end, amount, None if span.value is None else span.value - left)
        at = end
