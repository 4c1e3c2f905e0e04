"""What a meter must show, worked out again from nothing but the power of every second and a calendar of its own."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

BRUSSELS = ZoneInfo("Europe/Brussels")

Power = Callable[[int], tuple[int, int]]


def utc(text: str) -> int:
    """The instant of an ISO time of Brussels; an offset in the text wins."""
    moment = datetime.fromisoformat(text)
    return int((moment if moment.tzinfo else moment.replace(tzinfo=BRUSSELS)).timestamp())


def local(instant: int) -> datetime:
    """The time on the wall in Brussels."""
    return datetime.fromtimestamp(instant, UTC).astimezone(BRUSSELS)


def stamp(instant: int) -> str:
    """The meter's stamp of an instant."""
    moment = local(instant)
    return f"{moment:%y%m%d%H%M%S}{'S' if moment.dst() else 'W'}"


def is_day_tariff(instant: int) -> bool:
    """Monday to Friday from 07:00 to 22:00."""
    moment = local(instant)
    return moment.weekday() < 5 and 7 <= moment.hour < 22


@dataclass
class Tally:
    """Registers, quarters and peaks of some time, second by second."""

    registers: list[int] = field(default_factory=lambda: [0, 0, 0, 0])
    quarters: dict[int, list[int]] = field(default_factory=dict)

    def count(self, power: Power, start: int, end: int) -> None:
        """Count every second from start to end, which are quarters of an hour."""
        for quarter in range(start, end, 900):
            tariff = 0 if is_day_tariff(quarter) else 1
            consumed = [0]
            for second in range(quarter, quarter + 900):
                offtake, injection = power(second)
                self.registers[tariff] += offtake
                self.registers[2 + tariff] += injection
                consumed.append(consumed[-1] + offtake)
            self.quarters[quarter] = consumed

    def month_peak(self, until: int) -> tuple[int, int]:
        """End and power of the first highest quarter that was completed in the month of an instant."""
        month = local(until).replace(day=1, hour=0, minute=0, second=0, fold=0)
        begin = int(month.timestamp())
        best = (begin, 0)
        for quarter, consumed in sorted(self.quarters.items()):
            if begin <= quarter and quarter + 900 <= until and consumed[-1] // 900 > best[1]:
                best = (quarter + 900, consumed[-1] // 900)
        return best
