"""Set-up of a P1 cable, and the way from a board to a cable and back with everything that was recorded."""

from typing import Any, Final

import probatio
from homeassistant.config_entries import ConfigEntry, ConfigEntryState, ConfigFlow, ConfigFlowResult
from homeassistant.const import CONF_DEVICE
from homeassistant.core import HomeAssistant
from homeassistant.helpers.selector import SerialPortSelector

from .identity import async_rename
from .source import SourceError

_WRONG_METER: Final = "wrong_meter"

STEP_CABLE_SCHEMA = probatio.Schema({probatio.Required(CONF_DEVICE): SerialPortSelector()})


def meter_of(entry: ConfigEntry) -> str | None:
    """The serial number of the meter that an entry reads, in lower case; None when that is not known now."""
    if entry.state is not ConfigEntryState.LOADED:
        return None
    reading = entry.runtime_data.coordinator.data.reading
    return None if reading is None or reading.serial is None else reading.serial.lower()


def is_other_meter(entry: ConfigEntry, serial: str | None) -> bool:
    """Whether a meter is surely another one than that of an entry."""
    known = meter_of(entry)
    return known is not None and serial is not None and known != serial.lower()


async def async_move(hass: HomeAssistant, entry: ConfigEntry, unique_id: str) -> None:
    """Let all that an entry has recorded go by another way to the same meter.

    The entry is unloaded by this; whoever calls sets it up anew.
    """
    if entry.unique_id != unique_id:
        await _async_free(hass, entry)
        async_rename(hass, entry, unique_id)


async def _async_free(hass: HomeAssistant, entry: ConfigEntry) -> None:
    """Let nobody read for an entry any more."""
    # What fails is tried again and again, and none can be unloaded while it is.
    async with entry.setup_lock:
        pass
    await hass.config_entries.async_unload(entry.entry_id)


def has_other_meter(entry: ConfigEntry) -> bool:
    """Whether a cable cannot be read because there is another meter on its port."""
    if entry.state is not ConfigEntryState.LOADED:
        return entry.error_reason_translation_key == _WRONG_METER
    coordinator = entry.runtime_data.coordinator
    error = coordinator.last_exception
    return not coordinator.last_update_success and getattr(error, "translation_key", None) == _WRONG_METER


class CableSteps(ConfigFlow):
    """The steps of a cable."""

    _port: str
    _serial: str | None
    _unique_id_of_port: str

    async def async_step_cable(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask for the port of a cable."""
        errors = {}
        if user_input is not None:
            errors = await self._probe(await self._lasting(user_input[CONF_DEVICE]))
            if not errors:
                await self.async_set_unique_id(self._unique_id_of_port, raise_on_progress=False)
                self._abort_if_unique_id_configured(updates={CONF_DEVICE: self._port})
                if any(meter_of(entry) == self._serial for entry in self._async_current_entries() if self._serial):
                    return self.async_abort(reason="same_meter")
                from .cable.source import MODEL  # noqa: PLC0415 (brings serialx, which only a cable needs)

                return self.async_create_entry(title=MODEL, data={CONF_DEVICE: self._port})
        return self._cable_form("cable", user_input, errors)

    async def async_step_reconfigure_cable(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask for the port through which the meter of a known entry is read from now on."""
        entry = self._get_reconfigure_entry()
        errors = {}
        if user_input is not None:
            path = await self._lasting(user_input[CONF_DEVICE])
            replaced = has_other_meter(entry)
            if entry.data.get(CONF_DEVICE) == path:
                if not replaced:
                    return self.async_update_reload_and_abort(entry)
                errors = await self._probe_freed(entry, path)
            else:
                errors = await self._probe(path)
            if not errors:
                return await self._take_cable(entry, replaced=replaced or self._is_of_another_cable(entry))
        return self._cable_form("reconfigure_cable", user_input or dict(entry.data), errors)

    async def _take_cable(self, entry: ConfigEntry, *, replaced: bool) -> ConfigFlowResult:
        """Read a known entry through the port that was probed, unless that is of somebody else's meter.

        :param replaced: whether another meter may have come in the place of that of the entry.
        """
        if self._is_read_by_another(entry):
            return self.async_abort(reason="already_configured")
        if entry.unique_id != self._unique_id_of_port:
            if replaced:
                return await self.async_step_reconfigure_replaced()
            if is_other_meter(entry, self._serial):
                return self.async_abort(reason=_WRONG_METER)
        return await self._read_through_cable(entry)

    async def async_step_reconfigure_replaced(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask whether the meter on the port has come in the place of the one that was read."""
        entry = self._get_reconfigure_entry()
        if user_input is not None:
            return await self._read_through_cable(entry)
        return self.async_show_form(
            step_id="reconfigure_replaced",
            data_schema=probatio.Schema({}),
            description_placeholders={"name": entry.title},
        )

    async def _read_through_cable(self, entry: ConfigEntry) -> ConfigFlowResult:
        """Read the meter of a known entry through the port that was probed."""
        await async_move(self.hass, entry, self._unique_id_of_port)
        return self.async_update_reload_and_abort(
            entry, unique_id=self._unique_id_of_port, data={CONF_DEVICE: self._port}
        )

    def _is_of_another_cable(self, entry: ConfigEntry) -> bool:
        """Whether an entry that is not read was of a cable of another meter than the one that was probed."""
        from .cable.probe import serial_of  # noqa: PLC0415 (as above)

        known = serial_of(entry.unique_id)
        return entry.state is not ConfigEntryState.LOADED and known not in {None, self._serial}

    def _is_read_by_another(self, entry: ConfigEntry) -> bool:
        """Whether the meter that was probed has an entry already."""
        return any(
            other.entry_id != entry.entry_id and other.unique_id == self._unique_id_of_port
            for other in self._async_current_entries()
        )

    def _cable_form(self, step_id: str, suggested: dict[str, Any] | None, errors: dict[str, str]) -> ConfigFlowResult:
        return self.async_show_form(
            step_id=step_id,
            data_schema=self.add_suggested_values_to_schema(STEP_CABLE_SCHEMA, suggested),
            errors=errors,
        )

    async def _lasting(self, port: str) -> str:
        """The name under which a port stays the same."""
        from .cable.entry import async_lasting_path  # noqa: PLC0415 (as above)

        return await async_lasting_path(self.hass, port.strip())

    async def _probe_freed(self, entry: ConfigEntry, path: str) -> dict[str, str]:
        """Find out which meter is at the port of an entry, which nobody else can read meanwhile."""
        await _async_free(self.hass, entry)
        try:
            return await self._find_meter(path)
        finally:
            self.hass.config_entries.async_schedule_reload(entry.entry_id)

    async def _probe(self, path: str) -> dict[str, str]:
        """Find out which meter is at a port that no entry reads; the errors of the form."""
        self._async_abort_entries_match({CONF_DEVICE: path})
        return await self._find_meter(path)

    async def _find_meter(self, path: str) -> dict[str, str]:
        from .cable.probe import async_probe  # noqa: PLC0415 (as above)

        try:
            found = await async_probe(path)
        except SourceError as error:
            return {"base": error.failure}
        self._port, self._serial = path, None if found.serial is None else found.serial.lower()
        self._unique_id_of_port = found.unique_id or f"port_{path}"
        return {}
