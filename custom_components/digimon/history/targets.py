"""Which sensor of this Home Assistant each series goes into.

Looked up anew for each run: people rename sensors, disable them, leave them out of the recorder and choose
other units, all while we run.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Literal

from homeassistant.components.recorder.entity_options import is_entity_recorded
from homeassistant.components.recorder.models import StatisticMetaData
from homeassistant.components.recorder.statistics import get_metadata
from homeassistant.components.sensor import DOMAIN as SENSOR_DOMAIN
from homeassistant.const import ATTR_UNIT_OF_MEASUREMENT
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.recorder import get_instance
from homeassistant.util.unit_conversion import BaseUnitConverter, EnergyConverter, PowerConverter, VolumeConverter

from ..coordinator import DigimonCoordinator
from .series import SERIES, Counted, Series

type Skipped = Literal["disabled", "not_recorded", "no_state", "unit", "kind"]
"""Why a sensor gets no history: a person disabled it or left it out of the recorder, it has no value yet,
or its statistics are kept in another unit or of another kind than its values can be turned into."""

_CONVERTERS: dict[str, type[BaseUnitConverter]] = {
    "energy": EnergyConverter,
    "power": PowerConverter,
    "volume": VolumeConverter,
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Target:
    """A sensor whose statistics can be written."""

    series: Series
    statistic_id: str
    """Its entity id."""

    unit: str
    """Of its statistics, which is not always that of its state."""

    counted_at: Callable[[int], int | None] | None = field(default=None, compare=False)
    """Where no register is shown but what we counted ourselves: that count at the beginning of the running hour (UTC)
    in Wh, None where it is not known."""

    def to_stored(self, value: float) -> float:
        """From the series' unit to that of the statistics."""
        return _CONVERTERS[self.series.unit_class].convert(value, self.series.unit, self.unit)


@dataclass(frozen=True, kw_only=True, slots=True)
class Targets:
    """All sensors of one board, at one moment."""

    found: tuple[Target, ...]
    skipped: dict[str, Skipped]
    """By key, those that exist and get nothing."""

    @property
    def keys(self) -> set[str]:
        """Of the series that can be written."""
        return {target.series.key for target in self.found}


async def find_targets(hass: HomeAssistant, coordinator: DigimonCoordinator) -> Targets:
    """Look for the sensors of a board."""
    entities = _entities(hass, coordinator)
    ids = {entity.entity_id for entity in entities.values()}
    stored = await get_instance(hass).async_add_executor_job(_metadata, hass, ids)
    found = []
    skipped: dict[str, Skipped] = {}
    for series in SERIES:
        if (entity := entities.get(series.key)) is None:
            continue
        target = _target(hass, series, entity, stored.get(entity.entity_id))
        if isinstance(target, Target):
            found.append(replace(target, counted_at=_counted_at(series, coordinator)))
        else:
            skipped[series.key] = target
    return Targets(found=tuple(found), skipped=skipped)


def _counted_at(series: Series, coordinator: DigimonCoordinator) -> Callable[[int], int | None] | None:
    if not coordinator.counts_energy or not isinstance(series, Counted) or series.samples is None:
        return None
    place = ("consumed", "produced").index(series.samples)

    def counted_at(utc: int) -> int | None:
        counted = coordinator.counted_at(utc)
        return None if counted is None else counted[place]

    return counted_at


def _entities(hass: HomeAssistant, coordinator: DigimonCoordinator) -> dict[str, er.RegistryEntry]:
    """The sensors by the key of their series."""
    registered = er.async_entries_for_config_entry(er.async_get(hass), coordinator.config_entry.entry_id)
    sensors = {entity.unique_id: entity for entity in registered if entity.domain == SENSOR_DOMAIN}
    found = {}
    for series in SERIES:
        for unique_id in _unique_ids(series, coordinator):
            if unique_id in sensors:
                found[series.key] = sensors[unique_id]
                break
    return found


def _unique_ids(series: Series, coordinator: DigimonCoordinator) -> Iterable[str]:
    """How a series' sensor may be registered."""
    board = coordinator.board_id
    if not isinstance(series, Counted) or not series.of_one_meter:
        yield f"{board}_{series.key}"
        return
    reading = coordinator.data.reading
    meters = [] if reading is None else [meter for meter in reading.sub_meters if meter.kind == series.key]
    # The card has one register of each kind: of the first meter that counts.
    for meter in sorted(meters, key=lambda meter: not meter.value):
        yield f"{board}_{meter.key}_volume"


def _metadata(hass: HomeAssistant, ids: set[str]) -> dict[str, StatisticMetaData]:
    return {statistic_id: metadata for statistic_id, (_, metadata) in get_metadata(hass, statistic_ids=ids).items()}


def _target(
    hass: HomeAssistant, series: Series, entity: er.RegistryEntry, stored: StatisticMetaData | None
) -> Target | Skipped:
    if entity.disabled_by is not None:
        return "disabled"
    if not is_entity_recorded(hass, entity.entity_id):
        return "not_recorded"
    state = hass.states.get(entity.entity_id)
    if stored is None and state is None:
        return "no_state"
    if stored is not None and stored["has_sum"] is not isinstance(series, Counted):
        return "kind"
    if stored is not None:
        unit = stored["unit_of_measurement"] if stored["unit_class"] == series.unit_class else None
    else:
        # What Home Assistant will make statistics in.
        unit = state.attributes.get(ATTR_UNIT_OF_MEASUREMENT) if state else None
    if unit not in _CONVERTERS[series.unit_class].VALID_UNITS:
        return "unit"
    return Target(series=series, statistic_id=entity.entity_id, unit=str(unit))
