"""Set-up: a board found in the network or named by hand, or a P1 cable."""

from contextlib import suppress
from typing import Any, override

import probatio
from homeassistant.config_entries import ConfigEntryState, ConfigFlowResult
from homeassistant.const import CONF_DEVICE, CONF_HOST, CONF_PORT
from homeassistant.core import callback
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers.aiohttp_client import async_get_clientsession
from homeassistant.helpers.selector import TextSelector
from homeassistant.helpers.service_info.dhcp import DhcpServiceInfo
from homeassistant.helpers.service_info.ssdp import SsdpServiceInfo
from homeassistant.helpers.service_info.zeroconf import ZeroconfServiceInfo

from .cable_flow import CableSteps, async_move, is_other_meter
from .const import DEFAULT_HOST, DOMAIN
from .coordinator import DigimonConfigEntry
from .monitor import (
    DEFAULT_PORT,
    Address,
    BoardClient,
    BoardError,
    BoardInfo,
    BoardTimeoutError,
    InvalidAddressError,
    parse_address,
)
from .options_flow import DigimonOptionsFlow
from .source import failure_of
from .typed_address import TypedAddressError, async_identify_typed

STEP_HOST_SCHEMA = probatio.Schema({probatio.Required(CONF_HOST): TextSelector()})

# Of who announced itself; nobody waits before a screen.
_ATTEMPTS = 3


class DigimonConfigFlow(CableSteps, domain=DOMAIN):
    """Adds one board; every step asks the board itself who it is."""

    VERSION = 1

    _address: Address
    _board: BoardInfo

    @staticmethod
    @callback
    @override
    def async_get_options_flow(config_entry: DigimonConfigEntry) -> DigimonOptionsFlow:
        """What can be chosen later."""
        return DigimonOptionsFlow()

    @override
    async def async_step_user(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask what hangs on the meter."""
        return self.async_show_menu(step_id="user", menu_options=["board", "cable"])

    async def async_step_board(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask for the address of a board."""
        errors = {}
        if user_input is not None:
            errors = await self._identify_typed(user_input[CONF_HOST])
            if not errors:
                # The discovery card of the same board may be waiting for an answer.
                await self._abort_if_known(raise_on_progress=False)
                return self._create()
        return self.async_show_form(
            step_id="board",
            data_schema=self.add_suggested_values_to_schema(STEP_HOST_SCHEMA, user_input or {CONF_HOST: DEFAULT_HOST}),
            errors=errors,
        )

    @override
    async def async_step_zeroconf(self, discovery_info: ZeroconfServiceInfo) -> ConfigFlowResult:
        """Take what announces itself by mDNS."""
        return await self._discovered(
            Address(host=discovery_info.host, port=discovery_info.port or DEFAULT_PORT),
        )

    @override
    async def async_step_ssdp(self, discovery_info: SsdpServiceInfo) -> ConfigFlowResult:
        """Take what announces itself by SSDP."""
        try:
            address = parse_address(discovery_info.ssdp_location or "")
        except InvalidAddressError:
            return self.async_abort(reason="not_a_board")
        return await self._discovered(address)

    @override
    async def async_step_dhcp(self, discovery_info: DhcpServiceInfo) -> ConfigFlowResult:
        """Take what a router gave an address: a name like that of a board, or the MAC address of a known one."""
        return await self._discovered(Address(host=discovery_info.ip, port=self._port_of(discovery_info.macaddress)))

    async def _discovered(self, address: Address) -> ConfigFlowResult:
        """Ask who is there, whatever the announcement said."""
        if self._is_read_at(address):
            return self.async_abort(reason="already_configured")
        try:
            await self._identify_patiently(address)
        except BoardError as error:
            return self.async_abort(reason=failure_of(error))
        self._withdraw_elsewhere(str(address.url))
        await self._abort_if_known()
        self.context["title_placeholders"] = {"name": self._board.name, "host": address.host}
        self.context["configuration_url"] = str(address.url)
        return await self.async_step_discovery_confirm()

    def _withdraw_elsewhere(self, here: str) -> None:
        """Take back the question whether to add this board where it was before: there it could not be read any more."""
        for flow in self._async_in_progress():
            context = flow["context"]
            if context.get("unique_id") in self._board.identifiers and context.get("configuration_url", here) != here:
                self.hass.config_entries.flow.async_abort(flow["flow_id"])

    def _is_read_at(self, address: Address) -> bool:
        """Whether a board is known and answers there: what it announces again and again costs it no request.

        Not when it fails: after a router handed out addresses anew, another board may announce itself at its address.
        """
        return any(
            entry.state is ConfigEntryState.LOADED and entry.runtime_data.coordinator.last_update_success
            for entry in self._async_current_entries(include_ignore=False)
            if (entry.data.get(CONF_HOST), entry.data.get(CONF_PORT)) == (address.host, address.port)
        )

    def _port_of(self, mac: str) -> int:
        """The port of a known board, which no router tells; that of the API for others."""
        connection = (dr.CONNECTION_NETWORK_MAC, dr.format_mac(mac))
        for entry in self._async_current_entries(include_ignore=False):
            devices = dr.async_entries_for_config_entry(dr.async_get(self.hass), entry.entry_id)
            if any(connection in device.connections for device in devices):
                return int(entry.data.get(CONF_PORT, DEFAULT_PORT))
        return DEFAULT_PORT

    async def async_step_discovery_confirm(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask whether to add the board that was found, and who is there once more: days may pass until the answer."""
        errors: dict[str, str] = {}
        if user_input is not None:
            try:
                await self._identify(self._address)
            except BoardError as error:
                errors["base"] = failure_of(error)
            else:
                if self.unique_id not in self._board.identifiers:
                    return self.async_abort(reason="wrong_device")
                await self._abort_if_known(raise_on_progress=False)
                return self._create()
        self._set_confirm_only()
        return self.async_show_form(
            step_id="discovery_confirm",
            description_placeholders={
                "name": self._board.name,
                "model": self._board.model,
                "host": self._address.host,
            },
            errors=errors,
        )

    async def async_step_reconfigure(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:  # noqa: ARG002 - a menu takes none
        """Ask what hangs on the meter now."""
        return self.async_show_menu(
            step_id="reconfigure",
            menu_options=["reconfigure_board", "reconfigure_cable"],
            description_placeholders={"name": self._get_reconfigure_entry().title},
        )

    async def async_step_reconfigure_board(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask where a known board is now, or which one has come in the place of a cable."""
        entry = self._get_reconfigure_entry()
        errors = {}
        if user_input is not None:
            errors = await self._identify_typed(user_input[CONF_HOST])
            if not errors and CONF_DEVICE in entry.data:
                return await self._come_from_cable(entry)
            if not errors:
                if entry.unique_id not in self._board.identifiers:
                    return self.async_abort(reason="wrong_device")
                return self.async_update_reload_and_abort(entry, data_updates=self._data())
        known = DEFAULT_HOST
        if CONF_HOST in entry.data:
            known = str(Address(host=entry.data[CONF_HOST], port=entry.data[CONF_PORT]))
        return self.async_show_form(
            step_id="reconfigure_board",
            data_schema=self.add_suggested_values_to_schema(STEP_HOST_SCHEMA, user_input or {CONF_HOST: known}),
            description_placeholders={"name": entry.title},
            errors=errors,
        )

    async def _come_from_cable(self, entry: DigimonConfigEntry) -> ConfigFlowResult:
        """Read the meter of an entry through a board from now on."""
        if any(
            other.entry_id != entry.entry_id and other.unique_id in self._board.identifiers
            for other in self._async_current_entries()
        ):
            return self.async_abort(reason="already_configured")
        try:
            meter = None if self._board.original else await self._client(self._address).meter()
        except BoardError as error:
            return self.async_abort(reason=failure_of(error))
        if is_other_meter(entry, None if meter is None else meter.serial):
            return self.async_abort(reason="wrong_meter")
        await async_move(self.hass, entry, self._board.unique_id)
        return self.async_update_reload_and_abort(entry, unique_id=self._board.unique_id, data=self._data())

    async def _identify_typed(self, text: str) -> dict[str, str]:
        """Find out who is at an address that a person typed; the errors of the form."""
        try:
            self._address, self._board = await async_identify_typed(self.hass, text)
        except TypedAddressError as error:
            return error.errors
        return {}

    async def _identify(self, address: Address) -> None:
        self._board = await self._client(address).identify()
        self._address = address

    async def _identify_patiently(self, address: Address) -> None:
        """Ask again who does not answer in time: it has only just started, and may be silent for long from now on."""
        for _ in range(_ATTEMPTS - 1):
            with suppress(BoardTimeoutError):
                await self._identify(address)
                return
        await self._identify(address)

    def _client(self, address: Address) -> BoardClient:
        return BoardClient(address, async_get_clientsession(self.hass))

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
