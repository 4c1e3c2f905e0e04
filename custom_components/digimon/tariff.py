"""The capacity tariff of one meter, followed from poll to poll: the thin part around `capacity`.

It listens to the coordinator before any entity does, so that entities find figures of the same moment.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from homeassistant.core import CALLBACK_TYPE, CoreState, HomeAssistant, callback
from homeassistant.helpers.event import async_track_utc_time_change
from homeassistant.util import dt as dt_util
from homeassistant.util.hass_dict import HassKey

from .capacity.events import Event, QuarterFinished, still_news
from .capacity.figures import Figures, figures_of
from .capacity.forecast import default_goal
from .capacity.habits import Loads, Run
from .capacity.ledger import Ledger, Quarter
from .capacity.months import Month, month_at
from .capacity.offtake import Observation
from .capacity.peaks import ListedPeak, MonthPeaks, month_peaks
from .capacity.postcodes import Place, PostcodeRange, read_postcodes, suggest
from .capacity.rates import Rates, read_rates
from .capacity.risk import advance, resume
from .capacity.selfcheck import is_trusted
from .capacity.state import Memory, Settings, State
from .choices import Choices, choices_of
from .const import DOMAIN
from .coordinator import DigimonConfigEntry, DigimonCoordinator
from .core.clock import quarter_start
from .history.quarters import CardQuarter
from .observation import LEAST_KNOWN_INTERVALS, connection_of, finished_mean, listed_peaks_of, observation_of
from .snapshot import Snapshot
from .tariff_store import Kept, TariffStore

RATES: HassKey[Rates] = HassKey(f"{DOMAIN}_rates")
POSTCODES: HassKey[tuple[PostcodeRange, ...]] = HassKey(f"{DOMAIN}_postcodes")

_POSTCODE_DIGITS = 4

type Listener = Callable[[Event, Figures], None]


async def async_rates(hass: HomeAssistant) -> Rates:
    """The rates file, read once."""
    if RATES not in hass.data:
        hass.data[RATES] = await hass.async_add_executor_job(read_rates)
    return hass.data[RATES]


async def async_postcodes(hass: HomeAssistant) -> tuple[PostcodeRange, ...]:
    """The postcodes file, read once."""
    if POSTCODES not in hass.data:
        hass.data[POSTCODES] = await hass.async_add_executor_job(read_postcodes)
    return hass.data[POSTCODES]


async def async_place_of(hass: HomeAssistant, postcode: str) -> Place | None:
    """Where a postcode is that somebody typed; None for what is none."""
    if len(postcode) != _POSTCODE_DIGITS or not postcode.isdecimal():
        return None
    return suggest(await async_postcodes(hass), int(postcode))


async def async_follow_tariff(
    hass: HomeAssistant, entry: DigimonConfigEntry, coordinator: DigimonCoordinator
) -> Tariff:
    """Begin to follow the meter of an entry, until the entry is unloaded."""
    store = TariffStore(hass, entry.entry_id)
    tariff = Tariff(coordinator, choices_of(entry.options), await async_rates(hass), store)
    entry.async_on_unload(await tariff.async_start())
    # Months begin with an hour of UTC, too.
    entry.async_on_unload(async_track_utc_time_change(hass, tariff.async_hour_begins, minute=0, second=0))
    return tariff


class Tariff:
    """Follows one meter.

    :ivar figures: of the last poll.
    :ivar ledger: what was noted of quarters that ended.
    """

    figures: Figures

    def __init__(self, coordinator: DigimonCoordinator, choices: Choices, rates: Rates, store: TariffStore) -> None:
        self.choices = choices
        self.ledger = Ledger()
        self._coordinator = coordinator
        self._rates = rates
        self._store = store
        self._memory = Memory()
        self._runs: tuple[Run, ...] = ()
        self._state: State | None = None
        self._listed: tuple[ListedPeak, ...] = ()
        self._listeners: list[Listener] = []
        self._untold: list[Event] = []

    async def async_start(self) -> CALLBACK_TYPE:
        """Remember, look at what was read already, and follow from now on; returns what ends it."""
        kept = await self._store.load()
        self._memory, self.ledger, self._runs = kept.memory, kept.ledger, kept.runs
        self._update()
        return self._coordinator.async_add_listener(self._update)

    async def async_stop(self) -> None:
        """Keep what is to be remembered."""
        await self._store.save()

    @property
    def trusts_demand(self) -> bool:
        """Whether 1.4.0 is what it should be."""
        return is_trusted(self._memory.deviations) if self._state is None else self._state.trusts_demand

    @property
    def now_utc(self) -> int:
        """By the meter's clock while it is heard, else by ours."""
        reading = self._coordinator.data.reading
        if reading is None or not self._coordinator.last_update_success:
            return int(dt_util.utcnow().timestamp())
        return reading.time_utc

    @property
    def was_heard(self) -> bool:
        """Whether the meter has said anything since its entry was set up."""
        return self._state is not None

    @property
    def has_lost_peak(self) -> bool | None:
        """Whether the meter told month peaks once and does not any more; None where nobody knows."""
        reading = self._coordinator.data.reading
        if reading is None or not self._coordinator.last_update_success:
            return None
        return self.ledger.has_lost_peak(reading.time_utc, peak_is_told=reading.month_peak is not None)

    @callback
    def async_listen(self, listener: Listener) -> CALLBACK_TYPE:
        """Be told what happens."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    @callback
    def note_past(self, quarters: Sequence[CardQuarter]) -> None:
        """Take quarters that were read from the card: they tell the month peaks of before we watched."""
        ledger = self.ledger.with_past(
            (
                Quarter(quarter.start, round(quarter.consumed_w))
                for quarter in quarters
                if quarter.intervals >= LEAST_KNOWN_INTERVALS
            ),
            self.now_utc,
        )
        if ledger is not self.ledger:
            self.ledger = ledger
            self._coordinator.async_update_listeners()

    @callback
    def async_hour_begins(self, _: datetime) -> None:
        """See whether a month has begun unheard: as long as nothing new is read, nobody else would say so."""
        if month_at(self.now_utc) != self.figures.peaks.running:
            self._coordinator.async_update_listeners()

    @callback
    def set_goal(self, goal_w: int | None) -> None:
        """Take another goal, and tell everyone."""
        self.choices = replace(self.choices, goal_w=goal_w)
        self._coordinator.async_update_listeners()

    def peaks(self) -> MonthPeaks:
        """Every month peak that is known."""
        reading = self._coordinator.data.reading
        peak = None
        if reading is not None:
            self._listed = listed_peaks_of(reading) or self._listed
            observed = observation_of(self._coordinator.data)
            peak = None if observed is None else observed.month_peak
        recorded = dict(self.ledger.recorded)
        listed = {peak.month for peak in self._listed if not peak.is_void}
        for month, told in self._coordinator.peaks.months.items():
            if month not in listed:
                # By a meter that was replaced since.
                recorded[month] = max(told.power_w, recorded.get(month, 0))
        memory = self._memory if self._state is None else self._state.memory
        running = month_at(self.now_utc)
        if memory.month == running.number and memory.month_peak_w is not None:
            # What the meter told before it fell silent.
            recorded[running] = max(memory.month_peak_w, recorded.get(running, 0))
        return month_peaks(
            running,
            listed=self._listed,
            peak=peak,
            entered=self.choices.entered,
            recorded=recorded,
            since=self.choices.since,
            most_w=self.choices.most_w,
        )

    def month_peak_quarters(self) -> frozenset[Quarter]:
        """The quarters of the month peaks that the meter told, and of those that we saw where it told none."""
        listed = {
            Quarter(quarter_start(peak.quarter_id), peak.power_w)
            for peak in self._listed
            if peak.quarter_id is not None and not peak.is_void
        }
        reading = self._coordinator.data.reading
        if reading is not None and reading.month_peak is not None:
            listed.add(Quarter(reading.month_peak.start_utc, reading.month_peak.power_w))
        months = {month_at(quarter.start_utc) for quarter in listed}
        seen: dict[Month, Quarter] = {}
        for quarter in self.ledger.days.values():
            month = month_at(quarter.start_utc)
            if month not in months and (month not in seen or quarter.power_w > seen[month].power_w):
                seen[month] = quarter
        return frozenset(listed | set(seen.values()))

    def notable_quarters(self) -> tuple[Quarter, ...]:
        """The month peaks and the highest quarter of each day, each once, oldest first."""
        peaks = self.month_peak_quarters()
        told = {quarter.start_utc for quarter in peaks}
        days = (quarter for quarter in self.ledger.days.values() if quarter.start_utc not in told)
        return tuple(sorted((*peaks, *days)))

    @callback
    def _update(self) -> None:
        """Take what the coordinator has read, or that it could read nothing."""
        snapshot = self._coordinator.data
        now = observation_of(snapshot) if self._coordinator.last_update_success else None
        events: tuple[Event, ...] = ()
        settings = self._settings(snapshot, self.peaks())
        if now is not None:
            if self._state is None:
                self._state = resume(now, settings, self._memory, self._runs)
            self._state, events = advance(self._state, now, settings)
            self._note(snapshot, now, events)
        state = self._state or State(memory=self._memory, loads=Loads(runs=self._runs))
        peaks = self.peaks()
        self.figures = figures_of(
            state,
            self._settings(snapshot, peaks),
            peaks,
            self.choices.contract,
            self._rates,
            month_energy_wh=self._month_energy(snapshot),
            is_stale=now is None,
        )
        self._store.keep(Kept(memory=state.memory, ledger=self.ledger, runs=state.loads.runs))
        self._untold = [*still_news(self._untold, self.now_utc), *events]
        self._tell()

    def _tell(self) -> None:
        """Tell what happened to who listens.

        At the first look nobody does, and while Home Assistant starts no automation hears it: it is told later then.
        """
        if not self._listeners or self._coordinator.hass.state is not CoreState.running:
            return
        untold, self._untold = self._untold, []
        for event in untold:
            for listener in tuple(self._listeners):
                listener(event, self.figures)

    def _note(self, snapshot: Snapshot, now: Observation, events: tuple[Event, ...]) -> None:
        """Keep the ledger."""
        finished = finished_mean(snapshot.finished)
        if finished is not None and month_at(finished[0]) <= month_at(now.time_utc):
            self.ledger = self.ledger.with_quarter(Quarter(*finished))
        for event in events:
            if isinstance(event, QuarterFinished):
                self.ledger = self.ledger.with_quarter(Quarter(event.start_utc, event.power_w))
        if now.month_peak is not None and not self.ledger.tells_peaks:
            self.ledger = replace(self.ledger, tells_peaks=True)
        if self._state is not None:
            self.ledger = self.ledger.with_offtake(self._state.offtake)

    def _settings(self, snapshot: Snapshot, peaks: MonthPeaks) -> Settings:
        goal_w = self.choices.goal_w
        reading = snapshot.reading
        return Settings(
            goal_w=default_goal(peaks) if goal_w is None else goal_w,
            shed_w=self.choices.shed_w,
            connection_w=None if reading is None else connection_of(reading),
        )

    def _month_energy(self, snapshot: Snapshot) -> int | None:
        reading = snapshot.reading
        if reading is None:
            return None
        return self.ledger.month_energy(month_at(reading.time_utc), reading.register_consumed_wh)
