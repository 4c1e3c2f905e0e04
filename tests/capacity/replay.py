"""A load, second by second, as the different ways of reading a meter see it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from enum import StrEnum
from itertools import accumulate

from custom_components.digimon.capacity.events import Event, NewMonthPeak, PeakWarning, QuarterFinished
from custom_components.digimon.capacity.level import Level
from custom_components.digimon.capacity.offtake import Intervals, Observation, observe_intervals
from custom_components.digimon.capacity.peaks import RunningPeak
from custom_components.digimon.capacity.risk import advance
from custom_components.digimon.capacity.state import Memory, Settings, State

QUARTER = 1_781_107_200
"""Wednesday 10 June 2026, 18:00 in Brussels."""

REGISTER = 46_077_141

Load = Callable[[int], int]
"""W during the second that begins at a second of the quarter; before 0 is the quarter before."""


class Reading(StrEnum):
    """Ways of reading a meter."""

    CABLE = "cable"
    """Every telegram: powers, registers and 1.4.0."""

    OLD_CABLE = "old_cable"
    """Every telegram of a meter without 1.4.0."""

    BOARD = "board"
    """A poll every 5 seconds, not at the begin of a quarter: the last telegram and the intervals."""

    ORIGINAL = "original"
    """The original firmware: intervals and nothing else."""


def observations(
    load: Load, reading: Reading, *, quarter: int = QUARTER, seconds: range = range(-60, 906), offset: int = 2
) -> Iterator[Observation]:
    """What is seen of a load.

    :param seconds: of the quarter, which observations fall into; 900 and more are in the quarters after.
    :param offset: of the polls of a board, in seconds after each fifth.
    """
    powers = [load(second) for second in range(seconds.start, seconds.stop)]
    sums = list(accumulate(powers, initial=0))

    def energy(begin: int, end: int) -> int:
        """Ws."""
        return sums[max(end, seconds.start) - seconds.start] - sums[max(begin, seconds.start) - seconds.start]

    def intervals(second: int) -> Intervals:
        """Of the quarter up to a second of it; a gap for what was before the first one."""
        begin = second - second % 900
        means = tuple(
            energy(start, min(start + 5, second)) // min(5, second - start)
            for start in range(max(begin, seconds.start), second, 5)
        )
        return Intervals(start_utc=quarter + begin, powers_w=(None,) * max(0, (seconds.start - begin) // 5) + means)

    for second in seconds:
        if (reading is Reading.BOARD and second % 5 != offset) or (reading is Reading.ORIGINAL and second % 5):
            continue
        begin = second - second % 900
        whole = Observation(
            time_utc=quarter + second,
            power_w=load(second),
            register_wh=REGISTER + energy(seconds.start, second) // 3600,
            demand_w=energy(begin, second) // 900 if begin >= seconds.start else None,
        )
        if reading is Reading.CABLE:
            yield whole
        elif reading is Reading.OLD_CABLE:
            yield replace(whole, demand_w=None)
        elif reading is Reading.BOARD:
            yield replace(whole, intervals=intervals(second))
        elif second % 900:
            yield observe_intervals(intervals(second))


@dataclass
class Diary:
    """What was noted while observations passed: first second of each level, and every event."""

    state: State
    person: dict[Level, int] = field(default_factory=dict)
    automation: dict[Level, int] = field(default_factory=dict)
    events: list[tuple[int, Event]] = field(default_factory=list)

    @property
    def warnings(self) -> list[tuple[int, PeakWarning]]:
        """Warnings and the second of each."""
        return [(second, event) for second, event in self.events if isinstance(event, PeakWarning)]

    @property
    def peaks(self) -> list[NewMonthPeak]:
        """New month peaks."""
        return [event for _, event in self.events if isinstance(event, NewMonthPeak)]

    @property
    def finished(self) -> list[QuarterFinished]:
        """Quarters that ended."""
        return [event for _, event in self.events if isinstance(event, QuarterFinished)]

    def red(self, levels: dict[Level, int]) -> int | None:
        """The first second at which something was said to be high."""
        return min((levels[level] for level in (Level.HIGH, Level.CERTAIN) if level in levels), default=None)


def watch(
    seen: Iterator[Observation],
    settings: Settings | None = None,
    *,
    state: State | None = None,
    quarter: int = QUARTER,
) -> Diary:
    """Pass observations and note what happens; levels are noted for the quarter from 0 to 899 only."""
    diary = Diary(state or State(memory=Memory(since_utc=quarter - 86_400)))
    for observation in seen:
        diary.state, events = advance(diary.state, observation, settings or Settings())
        second = observation.time_utc - quarter
        diary.events += [(second, event) for event in events]
        if 0 <= second < 900:
            for level, noted in (
                (diary.state.level, diary.person),
                (diary.state.automation_level, diary.automation),
            ):
                if level is not None:
                    noted.setdefault(level, second)
    return diary


def peak(power_w: int, *, quarter: int = QUARTER, back: int = 4) -> RunningPeak:
    """A month peak of some quarters ago."""
    return RunningPeak(power_w=power_w, start_utc=quarter - 900 * back)
