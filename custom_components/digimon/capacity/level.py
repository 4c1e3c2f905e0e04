"""The levels of risk of one quarter, and how they are climbed and left again.

A projection above the target is no alarm by itself: a kettle would raise it. It has to last, and the moment must have
come after which waiting loses the quarter. Times are seconds of the quarter, powers W.

| level | entered | left, before the quarter ends |
|---|---|---|
| watch | from 240 s on, projection for 60 s at 90 % of the target or more | for 60 s below 85 % |
| high | from 60 s on, projection for 30 s above the target, and it became due; or a last call | for 60 s below 95 % |
| certain | energy so far above the target | never |

High is *due* the lead before the last moment at which shedding saves the quarter. An automation can shed what it was
told, 2 kW by default. A person can also switch off what is big: whatever runs beyond the 2.5 kW that are paid anyway.
And a person is not told of an excess so slight that a kettle's end undoes it, unless little of the quarter is left.
While what lifts the quarter above the target may well end by itself (see `habits`), a person's lead is 90 s. All of
this ends when it is *pressing*: when an oven that is switched on now would make it certain within 75 s. A *last call*,
when it is certain within 75 s as it is, does not even wait for what lasts. While it is as likely as not that the
quarter saves itself, a message would rather be wrong than right, and there is none before the last call.

Once a message of this month was *in vain*, because its quarter stayed within the target, the rest of the month waits
until it is pressing whatever the chance, and the last call comes when it is certain within 65 s.
"""

from dataclasses import dataclass, replace
from enum import StrEnum

from .forecast import Forecast
from .peaks import FLOOR_W

PERSON_LEAD_SECONDS = 240
"""A person has to read the message, walk and choose."""

PATIENT_LEAD_SECONDS = 90
"""What is left of it while it may well be that nothing need be done."""

MAY_END_PERCENT = 10
"""Chance that the quarter saves itself, from which on a person's lead is the patient one."""

OFTEN_ENDS_PERCENT = 50
"""The same, from which on there is no message before the last call."""

AUTOMATION_LEAD_SECONDS = 60

_PERCENT = 100
_WATCH_FROM_SECOND = 240
_WATCH_PERCENT = 90
_WATCH_LASTS_SECONDS = 60
_LEAVE_WATCH_PERCENT = 85
_HIGH_FROM_SECOND = 60
_HIGH_LASTS_SECONDS = 30
_LEAVE_HIGH_PERCENT = 95
_LEAVING_LASTS_SECONDS = 60
_PERMILLE = 1000
_SLIGHT_PERMILLE = 1035
_SLIGHT_FROM_SECOND = 780


class Level(StrEnum):
    """How likely it is that this quarter costs money."""

    OK = "ok"
    WATCH = "watch"
    HIGH = "high"
    CERTAIN = "certain"


@dataclass(frozen=True, kw_only=True, slots=True)
class Ladder:
    """The level reached, and since which second of the quarter each condition has held without a break."""

    level: Level = Level.OK
    near_since: int | None = None
    """At the level of watch, or above it."""

    above_since: int | None = None
    """Above the target."""

    is_due: bool = False
    """Whether the time to tell came while it was above: a load that cycles is told at the end of its cycle, too."""

    clear_since: int | None = None
    """Low enough to leave high."""

    away_since: int | None = None
    """Low enough to leave watch."""

    def without_evidence(self) -> Ladder:
        """The same level after a time of which nothing is known: what has to last begins anew."""
        return Ladder(level=self.level)


def is_due_for_automation(now: Forecast, lead_seconds: int, shed_w: int) -> bool:
    """Whether the lead of who sheds `shed_w`, and no more, has begun."""
    act_by = now.act_by_shedding(shed_w)
    return act_by is not None and now.second >= act_by - lead_seconds


def is_due_for_person(
    now: Forecast, lead_seconds: int, shed_w: int, *, chance_percent: int = 0, in_vain: int = 0
) -> bool:
    """Whether a person has to be told: for small loads when an automation would with that lead, for big ones later.

    :param chance_percent: that what is too much ends in time by itself.
    :param in_vain: messages of this month that were.
    """
    if chance_percent >= OFTEN_ENDS_PERCENT:
        return False
    if now.is_pressing:
        return now.projected_w > now.target_w
    if in_vain:
        return False
    if chance_percent >= MAY_END_PERCENT:
        lead_seconds = min(lead_seconds, PATIENT_LEAD_SECONDS)
    if now.projected_w * _PERMILLE < _SLIGHT_PERMILLE * now.target_w and now.second < _SLIGHT_FROM_SECOND:
        return False
    return is_due_for_automation(now, lead_seconds, person_sheds(now, shed_w))


def person_sheds(now: Forecast, shed_w: int) -> int:
    """What a person can switch off, in W."""
    return max(shed_w, now.power_w - FLOOR_W)


def climb(ladder: Ladder, now: Forecast, *, is_due: bool) -> Ladder:
    """Take a later forecast of the same quarter.

    :param is_due: whether it is time to tell, should the projection last above the target.
    """
    second = now.second
    is_above = now.projected_w > now.target_w
    reached = Ladder(
        level=ladder.level,
        near_since=_since(ladder.near_since, second, holds=_percent(now) >= _WATCH_PERCENT * now.target_w),
        above_since=_since(ladder.above_since, second, holds=is_above),
        is_due=is_above and (ladder.is_due or is_due),
        clear_since=_since(ladder.clear_since, second, holds=_percent(now) < _LEAVE_HIGH_PERCENT * now.target_w),
        away_since=_since(ladder.away_since, second, holds=_percent(now) < _LEAVE_WATCH_PERCENT * now.target_w),
    )
    return replace(reached, level=_level(reached, now))


def _level(ladder: Ladder, now: Forecast) -> Level:
    if now.certain or ladder.level is Level.CERTAIN:
        return Level.CERTAIN
    if _is_high(ladder, now):
        return Level.HIGH
    return Level.WATCH if _is_watch(ladder, now.second) else Level.OK


def _is_high(ladder: Ladder, now: Forecast) -> bool:
    second = now.second
    if ladder.level is Level.HIGH:
        return not _lasted(ladder.clear_since, second, _LEAVING_LASTS_SECONDS)
    if second < _HIGH_FROM_SECOND:
        return False
    is_told = ladder.is_due and _lasted(ladder.above_since, second, _HIGH_LASTS_SECONDS)
    return is_told or now.is_last_call


def _is_watch(ladder: Ladder, second: int) -> bool:
    if ladder.level is Level.HIGH:
        # High was left just now: down to where watch is left, too, or only one step.
        return ladder.away_since is None
    if ladder.level is Level.WATCH:
        return not _lasted(ladder.away_since, second, _LEAVING_LASTS_SECONDS)
    return second >= _WATCH_FROM_SECOND and _lasted(ladder.near_since, second, _WATCH_LASTS_SECONDS)


def _percent(now: Forecast) -> int:
    """The projection, to be compared with so many times the target."""
    return now.projected_w * _PERCENT


def _since(since: int | None, second: int, *, holds: bool) -> int | None:
    if not holds:
        return None
    return second if since is None else since


def _lasted(since: int | None, second: int, seconds: int) -> bool:
    return since is not None and second - since >= seconds
