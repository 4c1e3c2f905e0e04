"""What is wrong with a board or its meter in a way that a person can mend; decided from one minute to the next."""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum, auto

from awesomeversion import AwesomeVersion, AwesomeVersionException

from .fixable import WRONG_DEVICE
from .snapshot import Health, Snapshot

MINIMUM_FIRMWARE = "0.1.0"
"""The first that has all of part 2 of the API that this integration reads."""

# A meter follows the time of the operator to the second; so much is no delay of ours.
CLOCK_SECONDS = 300

# One telegram in ten, over five minutes of one a second: a loose wire, not a single disturbance.
REJECTED_SHARE = 10
REJECTED_LEAST = 30
COUNT_SECONDS = 300


@dataclass(frozen=True, kw_only=True, slots=True)
class Observation:
    """What one look tells."""

    snapshot: Snapshot
    failure: str | None
    """Why the last poll gave nothing; None when it gave something."""

    now_utc: float
    """When the snapshot was read, by our own clock; who polls by an automation may do so long before a look."""

    telegrams_fail: bool | None
    """None until they were counted for long enough."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Trouble:
    """Something that can be wrong."""

    key: str
    """Of its text."""

    holds_fn: Callable[[Observation], bool | None]
    """None where what was observed does not tell."""

    patience_seconds: int
    """How long it holds before somebody is bothered with it."""

    is_error: bool = False
    """Whether nothing works until it is mended."""


class Finding(Enum):
    """What is found of a trouble."""

    LASTS = auto()
    BEGINS = auto()
    """It holds, not for long enough yet that somebody is bothered with it."""

    UNKNOWN = auto()
    NONE = auto()


def _if_answered(holds: Callable[[Snapshot], bool | None]) -> Callable[[Observation], bool | None]:
    """Of a board that does not answer nobody knows."""
    return lambda observation: holds(observation.snapshot) if observation.failure is None else None


def _card(state: str) -> Callable[[Observation], bool | None]:
    return _if_answered(lambda snapshot: snapshot.health is not None and snapshot.health.card_state == state)


def _is_another(observation: Observation) -> bool | None:
    """Whether another board answers."""
    return observation.failure == WRONG_DEVICE if observation.failure in {None, WRONG_DEVICE} else None


def _is_clock_wrong(observation: Observation) -> bool | None:
    """Whether the meter speaks, at another time than ours."""
    reading = observation.snapshot.reading
    if observation.failure is not None or reading is None or observation.snapshot.silent is not False:
        return None
    return abs(observation.now_utc - reading.time_utc) > CLOCK_SECONDS


def is_firmware_too_old(snapshot: Snapshot) -> bool:
    """Whether a board runs a version of ours that lacks what we read; one that no number tells is not judged."""
    if snapshot.health is None or snapshot.device.sw_version is None:
        return False
    try:
        return AwesomeVersion(snapshot.device.sw_version) < AwesomeVersion(MINIMUM_FIRMWARE)
    except AwesomeVersionException:
        return False


TROUBLES: tuple[Trouble, ...] = (
    Trouble(
        key="meter_silent",
        holds_fn=_if_answered(lambda snapshot: snapshot.silent),
        patience_seconds=600,
        is_error=True,
    ),
    Trouble(key="card_missing", holds_fn=_card("missing"), patience_seconds=120),
    Trouble(key="card_fault", holds_fn=_card("fault"), patience_seconds=120),
    Trouble(key="clock_wrong", holds_fn=_is_clock_wrong, patience_seconds=120),
    Trouble(
        key=WRONG_DEVICE,
        holds_fn=_is_another,
        patience_seconds=60,
        is_error=True,
    ),
    Trouble(
        key="firmware_too_old",
        holds_fn=_if_answered(is_firmware_too_old),
        patience_seconds=0,
    ),
    Trouble(key="telegrams_failing", holds_fn=lambda observation: observation.telegrams_fail, patience_seconds=0),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Count:
    """The telegrams that a board had counted at one moment."""

    good: int
    rejected: int
    at: float


@dataclass(kw_only=True, slots=True)
class Watch:
    """Looks at one board again and again."""

    _since: dict[str, float] = field(default_factory=dict)
    """When each trouble began, in monotonic seconds."""

    _count: _Count | None = None
    _telegrams_fail: bool | None = None

    def look(self, snapshot: Snapshot, *, failure: str | None, now_utc: float, monotonic: float) -> dict[str, Finding]:
        """Take another look.

        :param now_utc: when the snapshot was read, by our own clock.
        :returns: key of a trouble -> what is found of it.
        """
        self._follow_telegrams(snapshot.health if failure is None else None, monotonic)
        observation = Observation(
            snapshot=snapshot, failure=failure, now_utc=now_utc, telegrams_fail=self._telegrams_fail
        )
        return {trouble.key: self._find(trouble, observation, monotonic) for trouble in TROUBLES}

    def _find(self, trouble: Trouble, observation: Observation, monotonic: float) -> Finding:
        holds = trouble.holds_fn(observation)
        if not holds:
            self._since.pop(trouble.key, None)
            return Finding.UNKNOWN if holds is None else Finding.NONE
        since = self._since.setdefault(trouble.key, monotonic)
        return Finding.LASTS if monotonic - since >= trouble.patience_seconds else Finding.BEGINS

    def _follow_telegrams(self, health: Health | None, monotonic: float) -> None:
        """Judge by what came in since some minutes ago; what a board counted before is history."""
        if health is None or health.telegrams_good is None or health.telegrams_rejected is None:
            self._count = None
            return
        now = _Count(good=health.telegrams_good, rejected=health.telegrams_rejected, at=monotonic)
        before = self._count
        if before is None or now.good < before.good or now.rejected < before.rejected:
            # The first look, or the board restarted and counts anew.
            self._count = now
        elif monotonic - before.at >= COUNT_SECONDS:
            rejected = now.rejected - before.rejected
            self._telegrams_fail = (
                rejected >= REJECTED_LEAST and rejected * REJECTED_SHARE >= rejected + now.good - before.good
            )
            self._count = now
