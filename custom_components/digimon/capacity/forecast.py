"""The forecast of the running quarter: where it will end, and how much room is left.

Energy so far is told as the meter does in 1-0:1.4.0: in W, the energy of the quarter times four, so that it starts at
0 and ends as the quarter's mean. Then everything is a W, and nothing is lost to whole Wh. Quotients round to the safe
side: less room, an earlier time.
"""

from dataclasses import dataclass, replace

from ..core.clock import QUARTER_SECONDS
from .peaks import FLOOR_W, MonthPeaks

SHED_W = 2000
"""What a person or an automation is expected to be able to switch off."""

MARGIN_W = 100
"""Kept free of the room, for what cannot be controlled."""

STALE_MARGIN_W = 150
"""Kept free of the target when it is not known how the quarter stands."""

LAST_CALL_SECONDS = 75
"""A message that comes less than a minute before it is too late is none; polls come every 5 seconds."""

LAST_MOMENT_SECONDS = 65
"""The same for who was told in vain: the minute and one poll."""

SURPRISE_W = 2500
"""What a family may switch on at any moment, an oven or a kettle: waiting ends before it would make a message late."""

_LAST_SECONDS = 30
"""So close to the quarter's end room means nothing: a load that fills it would overrun into the next quarter."""

_GOAL_MONTHS = 3
_GOAL_STEP_W = 100


@dataclass(frozen=True, kw_only=True, slots=True)
class Forecast:
    """Of one quarter at one second of it; see docs/capacity-tariff.md for the formulas."""

    second: int
    """Of the quarter, 0 to 899."""

    demand_w: int
    """Energy so far x 4."""

    power_w: int
    """Offtake that is expected to last."""

    target_w: int
    projected_w: int
    """Mean of the whole quarter if the power stays as it is."""

    raw_headroom_w: int
    """Offtake with which the rest of the quarter just reaches the target, less the margin; below 0 when none does."""

    headroom_w: int
    """The same, from 0 to what the connection gives; 0 in the last half minute."""

    steady_w: int
    """The same for chargers and batteries, which should not catch up in the last minutes: never above the target."""

    is_last_call: bool
    """Whether the target is passed within 75 s unless something is switched off: there is no time to see what lasts."""

    is_last_moment: bool
    """The same within 65 s."""

    is_pressing: bool
    """Whether it would be a last call if an oven were switched on now."""

    certain: bool
    """Whether the energy so far is above the target: nothing can save this quarter."""

    @property
    def extra_w(self) -> int:
        """Room for one more appliance; below 0 when there is too much already."""
        return self.headroom_w - self.power_w

    def at_the_last_moment(self) -> Forecast:
        """The same for who waits as long as a message still comes a minute before it is certain."""
        return replace(self, is_last_call=self.is_last_moment)

    def act_by_shedding(self, shed_w: int) -> int | None:
        """Second at which shedding so much saves the quarter for the last time, not below 0; None when none need be.

        :param shed_w: > 0.
        """
        excess_w = self.projected_w - self.target_w
        if excess_w <= 0:
            return None
        needed_seconds = -(-excess_w * QUARTER_SECONDS // shed_w)
        return max(0, QUARTER_SECONDS - needed_seconds)


def target(month_peak_w: int | None, goal_w: int | None = None) -> int:
    """What a quarter should stay below, in W: up to there it costs nothing.

    :param month_peak_w: of the running month; None while it has none.
    :param goal_w: what a person is content with.
    """
    return max(FLOOR_W, month_peak_w or 0, goal_w or 0)


def default_goal(peaks: MonthPeaks) -> int | None:
    """The mean of the last three completed months that are known, rounded down to 0.1 kW; None without any.

    The target starts at 2.5 kW each month, and a family that always reaches 5 would be warned all evening of the 1st.
    """
    last = [peak.power_w for peak in peaks.known if peak.month < peaks.running][-_GOAL_MONTHS:]
    if not last:
        return None
    return sum(last) // (len(last) * _GOAL_STEP_W) * _GOAL_STEP_W


def forecast(  # noqa: PLR0913 - the terms of the formulas
    *,
    second: int,
    demand_w: int,
    power_w: int,
    target_w: int,
    sudden_w: int | None = None,
    least_w: int | None = None,
    margin_w: int = MARGIN_W,
    connection_w: int | None = None,
) -> Forecast:
    """Look ahead to the end of the quarter.

    :param second: of the quarter, 0 to 899.
    :param demand_w: energy so far x 4, >= 0.
    :param power_w: offtake that is expected to last, >= 0; injection counts for nothing.
    :param sudden_w: offtake of the last seconds, which counts in place of `power_w` when there is no time to see
        whether it lasts; None when it is not known.
    :param least_w: what the energy so far x 4 is at least, where it is an estimate; decides what is certain.
    :param connection_w: what the connection gives at most; None when that is not known.
    """
    left = QUARTER_SECONDS - second
    highest_w = max(power_w, sudden_w or 0)
    room = (target_w - demand_w) * QUARTER_SECONDS
    soon = min(left, LAST_CALL_SECONDS)
    is_last_call = highest_w * soon > room
    if is_last_call:
        power_w = highest_w
    projected_w = demand_w + power_w * left // QUARTER_SECONDS
    raw_headroom_w = room // left - margin_w
    headroom_w = 0 if left < _LAST_SECONDS else max(0, raw_headroom_w)
    if connection_w is not None:
        headroom_w = min(headroom_w, connection_w)
    return Forecast(
        second=second,
        demand_w=demand_w,
        power_w=power_w,
        target_w=target_w,
        projected_w=projected_w,
        raw_headroom_w=raw_headroom_w,
        headroom_w=headroom_w,
        steady_w=min(headroom_w, target_w - margin_w),
        is_last_call=is_last_call,
        is_last_moment=highest_w * min(left, LAST_MOMENT_SECONDS) > room,
        is_pressing=(highest_w + SURPRISE_W) * soon > room,
        certain=(demand_w if least_w is None else least_w) > target_w,
    )
