"""The table of what a board with our firmware tells of itself, a sensor for each."""

from homeassistant.components.sensor import SensorDeviceClass, SensorStateClass
from homeassistant.const import SIGNAL_STRENGTH_DECIBELS_MILLIWATT, UnitOfInformation

from .sensor_values import DigimonBoardDescription, instant_of

_CARD_STATES = ["ok", "missing", "fault"]
_RESET_CAUSES = ["power_on", "hard", "watchdog", "deep_sleep", "soft", "unknown"]


def _option(value: str | None, options: list[str]) -> str | None:
    """One of the values that have a text; a newer firmware may know others."""
    return value if value in options else None


DESCRIPTIONS: tuple[DigimonBoardDescription, ...] = (
    DigimonBoardDescription(
        key="signal_strength",
        translation_key="signal_strength",
        device_class=SensorDeviceClass.SIGNAL_STRENGTH,
        native_unit_of_measurement=SIGNAL_STRENGTH_DECIBELS_MILLIWATT,
        state_class=SensorStateClass.MEASUREMENT,
        value_fn=lambda health: health.rssi_dbm,
    ),
    DigimonBoardDescription(
        key="heap_free",
        translation_key="heap_free",
        device_class=SensorDeviceClass.DATA_SIZE,
        native_unit_of_measurement=UnitOfInformation.BYTES,
        suggested_unit_of_measurement=UnitOfInformation.KILOBYTES,
        suggested_display_precision=1,
        state_class=SensorStateClass.MEASUREMENT,
        value_fn=lambda health: health.heap_free_bytes,
    ),
    DigimonBoardDescription(
        key="card_state",
        translation_key="card_state",
        device_class=SensorDeviceClass.ENUM,
        options=_CARD_STATES,
        value_fn=lambda health: _option(health.card_state, _CARD_STATES),
    ),
    DigimonBoardDescription(
        key="card_free",
        translation_key="card_free",
        device_class=SensorDeviceClass.DATA_SIZE,
        native_unit_of_measurement=UnitOfInformation.BYTES,
        suggested_unit_of_measurement=UnitOfInformation.GIGABYTES,
        suggested_display_precision=2,
        state_class=SensorStateClass.MEASUREMENT,
        value_fn=lambda health: health.card_free_bytes,
    ),
    DigimonBoardDescription(
        key="telegrams_rejected",
        translation_key="telegrams_rejected",
        state_class=SensorStateClass.TOTAL_INCREASING,
        value_fn=lambda health: health.telegrams_rejected,
    ),
    DigimonBoardDescription(
        key="last_restart",
        translation_key="last_restart",
        device_class=SensorDeviceClass.TIMESTAMP,
        value_fn=lambda health: instant_of(health.started_utc),
    ),
    DigimonBoardDescription(
        key="reset_cause",
        translation_key="reset_cause",
        device_class=SensorDeviceClass.ENUM,
        options=_RESET_CAUSES,
        value_fn=lambda health: _option(health.reset_cause, _RESET_CAUSES),
    ),
)
