"""Steps through the set-up of a board, and the troubles that one may be in meanwhile."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from ipaddress import ip_address
from typing import Any

import pytest
from homeassistant.config_entries import (
    SOURCE_USER,
)
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers.service_info.zeroconf import ZeroconfServiceInfo

from custom_components.digimon.const import DOMAIN
from custom_components.digimon.monitor import BoardClient

from .board import DESCRIPTION, INFO, Board
from .faults import Fault

# An error of the form, and what makes the board answer so.
type Trouble = Callable[[Board], None]
TROUBLES: dict[str, tuple[Trouble, str]] = {
    "hangs up": (lambda board: board.faults.update({INFO: Fault.HUNG_UP}), "cannot_connect"),
    "is cut off": (lambda board: board.faults.update({INFO: Fault.CUT}), "cannot_connect"),
    "is slow": (lambda board: board.faults.update({INFO: Fault.SLOW}), "timeout"),
    "fails": (lambda board: board.faults.update({INFO: Fault.SERVER_ERROR}), "unexpected_answer"),
    "is a router": (lambda board: board.faults.update({INFO: Fault.REDIRECT}), "not_a_board"),
    "is a page": (lambda board: board.faults.update({INFO: Fault.NO_JSON}), "not_a_board"),
    "is no web server": (lambda board: board.faults.update({INFO: Fault.NO_HTTP}), "not_a_board"),
    "is a thermometer": (lambda board: board.faults.update({INFO: Fault.WRONG_JSON}), "not_a_board"),
    "never ends": (lambda board: board.faults.update({INFO: Fault.ENDLESS}), "not_a_board"),
    "knows nothing": (
        lambda board: board.faults.update(dict.fromkeys((INFO, DESCRIPTION), Fault.NOT_FOUND)),
        "not_a_board",
    ),
}


@contextmanager
def in_trouble(board: Board, trouble: Trouble, error: str) -> Iterator[None]:
    """Let a board be in trouble; who waits for an answer that never comes waits for a moment only."""
    trouble(board)
    with pytest.MonkeyPatch.context() as patch:
        # Nobody else is hurried: on a busy machine any answer may take longer than that.
        if error == "timeout":
            patch.setitem(BoardClient.__init__.__kwdefaults__ or {}, "timeout_seconds", 0.1)
        yield
    board.faults.clear()


def announcement(board: Board, name: str = "digimon", **properties: str) -> ZeroconfServiceInfo:
    """What a board announces by mDNS."""
    return ZeroconfServiceInfo(
        ip_address=ip_address("127.0.0.1"),
        ip_addresses=[ip_address("127.0.0.1")],
        port=board.port,
        hostname=f"{name}.local.",
        type="_http._tcp.local.",
        name=f"{name}._http._tcp.local.",
        properties=properties,
    )


async def start(hass: HomeAssistant, source: str, data: Any = None) -> Any:
    """Begin a flow; a person says first that there is a board."""
    flow = await hass.config_entries.flow.async_init(DOMAIN, context={"source": source}, data=data)
    return await choose(hass, flow, "board") if source == SOURCE_USER else flow


async def choose(hass: HomeAssistant, flow: Any, step: str) -> Any:
    """Choose from a menu."""
    assert flow["type"] is FlowResultType.MENU
    assert step in flow["menu_options"]
    return await hass.config_entries.flow.async_configure(flow["flow_id"], {"next_step_id": step})


async def submit(hass: HomeAssistant, flow: Any, **fields: str) -> Any:
    """Fill in a form."""
    result = await hass.config_entries.flow.async_configure(flow["flow_id"], fields)
    await hass.async_block_till_done()
    return result
