"""Set-up: a board found in the network, or named by hand."""

from typing import Any, override

import probatio
from homeassistant.config_entries import ConfigEntry, ConfigFlow, ConfigFlowResult
from homeassistant.const import CONF_HOST, CONF_PORT
from homeassistant.core import callback
from homeassistant.helpers.aiohttp_client import async_get_clientsession
from homeassistant.helpers.selector import TextSelector
from homeassistant.helpers.service_info.zeroconf import ZeroconfServiceInfo

from .const import DEFAULT_HOST, DOMAIN
from .monitor import DEFAULT_PORT, Address, BoardClient, BoardError, BoardInfo, InvalidAddressError, parse_address
from .options_flow import DigimonOptionsFlow
from .source import failure_of

STEP_HOST_SCHEMA = probatio.Schema({probatio.Required(CONF_HOST): TextSelector()})


class DigimonConfigFlow(ConfigFlow, domain=DOMAIN):
    """Adds one board; every step asks the board itself who it is."""

    VERSION = 1

    _address: Address
    _board: BoardInfo

    @staticmethod
    @callback
    @override
    def async_get_options_flow(config_entry: ConfigEntry) -> DigimonOptionsFlow:
        """What can be chosen later."""
        return DigimonOptionsFlow()

    @override
    async def async_step_user(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask for the address of a board."""
        errors = {}
        if user_input is not None:
            errors = await self._identify_typed(user_input[CONF_HOST])
            if not errors:
                # The discovery card of the same board may be waiting for an answer.
                await self._abort_if_known(raise_on_progress=False)
                return self._create()
        return self.async_show_form(
            step_id="user",
            data_schema=self.add_suggested_values_to_schema(STEP_HOST_SCHEMA, user_input or {CONF_HOST: DEFAULT_HOST}),
            errors=errors,
        )

    @override
    async def async_step_zeroconf(self, discovery_info: ZeroconfServiceInfo) -> ConfigFlowResult:
        """Take what announces itself as a board."""
        address = Address(host=discovery_info.host, port=discovery_info.port or DEFAULT_PORT)
        try:
            await self._identify(address)
        except BoardError as error:
            return self.async_abort(reason=failure_of(error))
        await self._abort_if_known()
        self.context["title_placeholders"] = {"name": self._board.name, "host": address.host}
        self.context["configuration_url"] = str(address.url)
        return await self.async_step_discovery_confirm()

    async def async_step_discovery_confirm(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask whether to add the board that was found."""
        if user_input is not None:
            return self._create()
        self._set_confirm_only()
        return self.async_show_form(
            step_id="discovery_confirm",
            description_placeholders={
                "name": self._board.name,
                "model": self._board.model,
                "host": self._address.host,
            },
        )

    async def async_step_reconfigure(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask where a known board is now."""
        entry = self._get_reconfigure_entry()
        errors = {}
        if user_input is not None:
            errors = await self._identify_typed(user_input[CONF_HOST])
            if not errors:
                if entry.unique_id not in self._board.identifiers:
                    return self.async_abort(reason="wrong_device")
                return self.async_update_reload_and_abort(entry, data_updates=self._data())
        known = Address(host=entry.data[CONF_HOST], port=entry.data[CONF_PORT])
        return self.async_show_form(
            step_id="reconfigure",
            data_schema=self.add_suggested_values_to_schema(STEP_HOST_SCHEMA, user_input or {CONF_HOST: str(known)}),
            description_placeholders={"name": entry.title},
            errors=errors,
        )

    async def _identify_typed(self, text: str) -> dict[str, str]:
        """Find out who is at an address that a person typed; the errors of the form."""
        try:
            await self._identify(parse_address(text))
        except InvalidAddressError:
            return {CONF_HOST: "invalid_host"}
        except BoardError as error:
            return {"base": failure_of(error)}
        return {}

    async def _identify(self, address: Address) -> None:
        self._board = await BoardClient(address, async_get_clientsession(self.hass)).identify()
        self._address = address

    async def _abort_if_known(self, *, raise_on_progress: bool = True) -> None:
        """Stop when this board has been added, under any of its identities, and note where it is now."""
        # The best one last: it is the one the flow and the entry go by.
        for identifier in reversed(self._board.identifiers):
            await self.async_set_unique_id(identifier, raise_on_progress=raise_on_progress)
            self._abort_if_unique_id_configured(updates=self._data())

    def _data(self) -> dict[str, Any]:
        return {CONF_HOST: self._address.host, CONF_PORT: self._address.port}

    def _create(self) -> ConfigFlowResult:
        return self.async_create_entry(title=self._board.name, data=self._data())
