"""The table of what gas, water and heat meters say, the sensors of each."""

from collections.abc import Iterator

from homeassistant.components.sensor import SensorDeviceClass, SensorStateClass
from homeassistant.const import EntityCategory, UnitOfEnergy, UnitOfVolume

from .sensor_values import DigimonSubMeterDescription, instant_of
from .snapshot import SubMeter

DESCRIPTIONS: tuple[DigimonSubMeterDescription, ...] = (
    DigimonSubMeterDescription(
        key="volume",
        translation_key="gas_volume",
        kind="gas",
        unit="l",
        device_class=SensorDeviceClass.GAS,
        native_unit_of_measurement=UnitOfVolume.LITERS,
        suggested_unit_of_measurement=UnitOfVolume.CUBIC_METERS,
        suggested_display_precision=3,
        state_class=SensorStateClass.TOTAL_INCREASING,
    ),
    *(
        DigimonSubMeterDescription(
            key="volume",
            translation_key="water_volume",
            kind=kind,
            unit="l",
            device_class=SensorDeviceClass.WATER,
            native_unit_of_measurement=UnitOfVolume.LITERS,
            suggested_unit_of_measurement=UnitOfVolume.CUBIC_METERS,
            suggested_display_precision=3,
            state_class=SensorStateClass.TOTAL_INCREASING,
        )
        for kind in ("water", "warm_water")
    ),
    *(
        DigimonSubMeterDescription(
            key="energy",
            translation_key="sub_meter_energy",
            unit=unit,
            device_class=SensorDeviceClass.ENERGY,
            native_unit_of_measurement=native,
            suggested_unit_of_measurement=suggested,
            suggested_display_precision=3,
            state_class=SensorStateClass.TOTAL_INCREASING,
        )
        for unit, native, suggested in (
            ("MJ", UnitOfEnergy.MEGA_JOULE, UnitOfEnergy.GIGA_JOULE),
            ("Wh", UnitOfEnergy.WATT_HOUR, UnitOfEnergy.KILO_WATT_HOUR),
        )
    ),
    DigimonSubMeterDescription(
        key="read_at",
        translation_key="read_at",
        device_class=SensorDeviceClass.TIMESTAMP,
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        value_fn=lambda meter: instant_of(meter.read_utc),
    ),
)


def descriptions_of(meter: SubMeter) -> Iterator[DigimonSubMeterDescription]:
    """What is shown of a meter, by what it is and what it counts in."""
    for description in DESCRIPTIONS:
        if description.kind in {None, meter.kind} and description.unit in {None, meter.unit}:
            yield description
