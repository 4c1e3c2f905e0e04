"""What is chosen, what is remembered, and where the running quarter stands: the state that `risk` moves along."""

from dataclasses import dataclass, field

from ..core.clock import QUARTER_SECONDS
from .forecast import MARGIN_W, SHED_W, Forecast
from .habits import Loads
from .level import AUTOMATION_LEAD_SECONDS, PERSON_LEAD_SECONDS, Ladder, Level
from .offtake import Offtake
from .selfcheck import is_trusted

COOLDOWN_SECONDS = QUARTER_SECONDS
"""From one message to the next, at least, unless things are worse than the first one said."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Settings:
    """What a person chose, and what is known of the house."""

    goal_w: int | None = None
    """The peak a person is content with."""

    shed_w: int = SHED_W
    margin_w: int = MARGIN_W
    connection_w: int | None = None
    lead_seconds: int = PERSON_LEAD_SECONDS
    automation_lead_seconds: int = AUTOMATION_LEAD_SECONDS
    cooldown_seconds: int = COOLDOWN_SECONDS


@dataclass(frozen=True, kw_only=True, slots=True)
class Memory:
    """What outlives a quarter and a restart; only numbers, to be stored as they are."""

    since_utc: int | None = None
    """When we began to watch."""

    month: int | None = None
    """`Month.number` of the running month."""

    month_peak_w: int | None = None
    """Of that month, as the meter last told it."""

    told_peak_w: int | None = None
    """Of that month, as a person last heard it, or as it stood when we began to watch."""

    told_utc: int | None = None
    """When the quarter of that peak began. It outlives the month: a clock that is wrong for a moment makes no news."""

    warned_utc: int | None = None
    """When the last warning was given."""

    warned_w: int | None = None
    """The projection that it told."""

    in_vain: int = 0
    """Messages of that month whose quarter stayed within its target, by itself or because somebody acted."""

    deviations: int = 0
    """Quarters in a row in which 1.4.0 was off, see `selfcheck`."""


@dataclass(frozen=True, kw_only=True, slots=True)
class State:
    """Where the running quarter stands."""

    memory: Memory = field(default_factory=Memory)
    loads: Loads = field(default_factory=Loads)
    offtake: Offtake | None = None
    forecast: Forecast | None = None
    """None while the energy of the quarter, or the power, is not known."""

    person: Ladder = field(default_factory=Ladder)
    automation: Ladder = field(default_factory=Ladder)
    """The same with a shorter lead, for who switches loads without asking."""

    @property
    def level(self) -> Level | None:
        """The risk as it is told to people; None while nothing is known of the quarter."""
        return self._told(self.person)

    @property
    def automation_level(self) -> Level | None:
        """The risk for automations."""
        return self._told(self.automation)

    @property
    def trusts_demand(self) -> bool:
        """Whether 1.4.0 agrees with the registers; a person should know when it does not."""
        return is_trusted(self.memory.deviations)

    def _told(self, ladder: Ladder) -> Level | None:
        return None if self.forecast is None and ladder.level is Level.OK else ladder.level
