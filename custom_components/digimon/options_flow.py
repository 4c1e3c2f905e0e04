"""Options: a menu of what can be chosen for a board that is already read."""

from typing import Any

import probatio
from homeassistant.config_entries import ConfigFlowResult
from homeassistant.const import CONF_HOST, CONF_PASSWORD, CONF_PORT
from homeassistant.helpers.aiohttp_client import async_get_clientsession
from homeassistant.helpers.selector import TextSelector, TextSelectorConfig, TextSelectorType

from .const import LOGGER
from .monitor import Address, BoardClient, BoardError
from .predecessor_flow import PredecessorSteps, name_of
from .tariff_flow import STEPS as TARIFF_STEPS
from .tariff_flow import TariffSteps
from .writing import text_of

# The steps that a person can choose from; each saves the whole of the options, changed by its own part.
STEPS = [*TARIFF_STEPS, "energy_dashboard", "predecessor", "password"]

# Without a board there is nothing that they are about.
BOARD_STEPS = {"password"}

_PASSWORD = TextSelector(TextSelectorConfig(type=TextSelectorType.PASSWORD, autocomplete="current-password"))
_PASSWORD_SCHEMA = probatio.Schema({probatio.Optional(CONF_PASSWORD): _PASSWORD})


class DigimonOptionsFlow(TariffSteps, PredecessorSteps):
    """Changes what is kept beside the address of a board."""

    async def async_step_init(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:  # noqa: ARG002 - a menu takes none
        """Ask what to change."""
        steps = [step for step in STEPS if step not in BOARD_STEPS or CONF_HOST in self.config_entry.data]
        return self.async_show_menu(step_id="init", menu_options=steps)

    async def async_step_energy_dashboard(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Say what would be added to the energy dashboard, and add it when that is confirmed."""
        if "energy" not in self.hass.config.components:
            return self.async_abort(reason="no_energy_dashboard")
        # It brings the recorder, which a Home Assistant without this dashboard may not have.
        from . import energy_dashboard  # noqa: PLC0415

        missing = await energy_dashboard.async_missing_sources(self.hass, self.config_entry)
        if not missing:
            return self.async_abort(reason="energy_dashboard_has_all")
        sensors = energy_dashboard.statistics_of(missing)
        names = {"sources": "\n".join(f"- {name_of(self.hass, sensor)}" for sensor in sensors)}
        if user_input is None:
            return self.async_show_form(
                step_id="energy_dashboard", data_schema=probatio.Schema({}), description_placeholders=names
            )
        try:
            await energy_dashboard.async_add(self.hass, missing)
        except energy_dashboard.EnergyDashboardError as error:
            LOGGER.warning("The energy dashboard takes no more sources: %s", error)
            return self.async_abort(reason="energy_dashboard_refuses")
        return self.async_abort(reason="energy_dashboard_done", description_placeholders=names)

    async def async_step_password(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask for the admin password of the board; it is never shown again, and an empty answer forgets it."""
        errors = {}
        if user_input is not None:
            password = user_input.get(CONF_PASSWORD) or None
            error = None if password is None else await self._refusal_of(password)
            if error is None:
                return self._save({CONF_PASSWORD: password})
            errors["base"] = error
        return self.async_show_form(step_id="password", data_schema=_PASSWORD_SCHEMA, errors=errors)

    async def _refusal_of(self, password: str) -> str | None:
        """What the board has against a password; when it takes it, it blinks."""
        data = self.config_entry.data
        address = Address(host=data[CONF_HOST], port=data[CONF_PORT])
        client = BoardClient(address, async_get_clientsession(self.hass), password=password)
        try:
            await client.blink()
        except BoardError as error:
            return text_of(error)
        return None

    def _save(self, changes: dict[str, Any]) -> ConfigFlowResult:
        """End with some options changed; None takes one away."""
        options = {**self.config_entry.options, **changes}
        return self.async_create_entry(data={key: value for key, value in options.items() if value is not None})
