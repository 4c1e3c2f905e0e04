"""Repairs that are made where they are told: where a board is now, and where the connection is."""

from typing import Any, override

import probatio
from homeassistant.components.repairs import RepairsFlow, RepairsFlowResult
from homeassistant.config_entries import ConfigEntry
from homeassistant.const import CONF_HOST, CONF_PORT
from homeassistant.core import HomeAssistant
from homeassistant.helpers.selector import (
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
    TextSelector,
)

from .choices import AREAS, CONF_AREA, CONF_CAPACITY, CONF_POSTCODE
from .fixable import WRONG_DEVICE
from .tariff import async_place_of
from .typed_address import TypedAddressError, async_identify_typed

_ADDRESS = probatio.Schema({probatio.Required(CONF_HOST): TextSelector()})
_AREA = SelectSelector(
    SelectSelectorConfig(options=list(AREAS), translation_key="area", mode=SelectSelectorMode.DROPDOWN)
)
_PLACE = probatio.Schema({probatio.Optional(CONF_POSTCODE): TextSelector(), probatio.Optional(CONF_AREA): _AREA})


class _Repair(RepairsFlow):
    """A form about one entry."""

    _schema: probatio.Schema

    def __init__(self, entry: ConfigEntry) -> None:
        self._entry = entry

    async def async_step_init(self, user_input: dict[str, Any] | None = None) -> RepairsFlowResult:  # noqa: ARG002 - it is the issue
        """Begin."""
        return await self.async_step_ask()

    async def async_step_ask(self, user_input: dict[str, Any] | None = None) -> RepairsFlowResult:
        """Ask, and make the repair with the answer."""
        errors = {} if user_input is None else await self._repair(user_input)
        if user_input is not None and not errors:
            self.hass.config_entries.async_schedule_reload(self._entry.entry_id)
            return self.async_create_entry(data={})
        return self.async_show_form(
            step_id="ask",
            data_schema=self.add_suggested_values_to_schema(self._schema, user_input or {}),
            description_placeholders={"name": self._entry.title},
            errors=errors,
        )

    async def _repair(self, answer: dict[str, Any]) -> dict[str, str]:
        """Make it; the errors of the form."""
        raise NotImplementedError


class AddressRepair(_Repair):
    """Where a board is whose address another one has got."""

    _schema = _ADDRESS

    @override
    async def _repair(self, answer: dict[str, Any]) -> dict[str, str]:
        try:
            address, board = await async_identify_typed(self.hass, answer[CONF_HOST])
        except TypedAddressError as error:
            return error.errors
        if self._entry.unique_id not in board.identifiers:
            return {"base": WRONG_DEVICE}
        self.hass.config_entries.async_update_entry(
            self._entry, data={CONF_HOST: address.host, CONF_PORT: address.port}
        )
        return {}


class AreaRepair(_Repair):
    """Where the connection is, so that peaks have a price."""

    _schema = _PLACE

    @override
    async def _repair(self, answer: dict[str, Any]) -> dict[str, str]:
        area = answer.get(CONF_AREA)
        postcode = str(answer.get(CONF_POSTCODE) or "").strip()
        if not postcode and area is None:
            return {CONF_POSTCODE: "place_needed"}
        if postcode:
            place = await async_place_of(self.hass, postcode)
            if place is None:
                return {CONF_POSTCODE: "unknown_postcode"}
            area = area or (place.area or place.region).value
        chosen = {**self._entry.options.get(CONF_CAPACITY, {}), CONF_AREA: area}
        if postcode:
            chosen[CONF_POSTCODE] = postcode
        self.hass.config_entries.async_update_entry(self._entry, options={**self._entry.options, CONF_CAPACITY: chosen})
        return {}


async def async_create_fix_flow(
    hass: HomeAssistant, issue_id: str, data: dict[str, str | int | float | None] | None
) -> RepairsFlow:
    """The form of a repair."""
    entry = hass.config_entries.async_get_known_entry(str((data or {})["entry_id"]))
    return AddressRepair(entry) if issue_id.startswith(WRONG_DEVICE) else AreaRepair(entry)
