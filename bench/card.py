"""A card with a year on it, made in a minute: what a board of ours has written that heard every telegram.

Every quarter has its file and its record in the index, with the registers of the simulated house. Within a
quarter the power is its mean, so that 35,040 quarters need not be drawn second by second.
"""

from pathlib import Path

from core.clock import (
    HOUR_SECONDS,
    INTERVAL_SECONDS,
    QUARTER_INTERVALS,
    QUARTER_SECONDS,
    quarter_id_at,
    quarter_path,
)
from core.quarter import Quarter
from simulator.house import House
from simulator.index import Index


class _Even(Quarter):
    """A quarter of even power."""

    def __init__(self, quarter_id: int, consumed_ws: int, produced_ws: int) -> None:
        super().__init__(quarter_id)
        self._means = (consumed_ws // QUARTER_SECONDS, produced_ws // QUARTER_SECONDS)
        self._wh = (consumed_ws // HOUR_SECONDS, produced_ws // HOUR_SECONDS)

    def summary(self) -> tuple[int, int, int, int, int, int, int]:
        """As of 180 intervals."""
        consumed, produced = self._means
        return QUARTER_INTERVALS, consumed, consumed, produced, produced, *self._wh

    def text(self) -> str:
        """Its file."""
        consumed, produced = (",".join([str(mean)] * QUARTER_INTERVALS) for mean in (self._means[0], -self._means[1]))
        return (
            f'{{"quarter_id":{self.quarter_id},"consumed_power_avg":{self._means[0]},'
            f'"interval_secs":{INTERVAL_SECONDS},"consumed_power_interval_avgs":[{consumed}],'
            f'"produced_power_interval_avgs":[{produced}]}}'
        )


def write(folder: Path, house: House, first: int, until: int, *, index: bool = True) -> int:
    """Write the quarters that lie between two instants.

    :param folder: the card.
    :param index: whether there is one; the original firmware makes none.
    :returns: how many quarters.
    """
    records = Index(folder)
    starts = range(
        first // QUARTER_SECONDS * QUARTER_SECONDS, until // QUARTER_SECONDS * QUARTER_SECONDS, QUARTER_SECONDS
    )
    for start in starts:
        quarter = _Even(quarter_id_at(start), *house.quarter_energy(start))
        path = folder / quarter_path(quarter.quarter_id).lstrip("/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(quarter.text(), encoding="ascii")
        if index:
            records.put(quarter, house.reading(start + QUARTER_SECONDS))
    if index:
        records.write()
    return len(starts)
