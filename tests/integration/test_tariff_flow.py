"""The options of the capacity tariff: a postcode suggests, months are asked for, the person decides."""

from typing import Any

import pytest
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from pytest_homeassistant_custom_component.common import MockConfigEntry

from .conftest import YEAR
from .test_tariff import state


async def open_step(hass: HomeAssistant, entry: MockConfigEntry, step: str) -> dict[str, Any]:
    """The form of a step of the menu."""
    menu = await hass.config_entries.options.async_init(entry.entry_id)
    assert menu["type"] is FlowResultType.MENU
    assert step in menu["menu_options"]
    form = await hass.config_entries.options.async_configure(menu["flow_id"], {"next_step_id": step})
    assert form["type"] is FlowResultType.FORM
    return dict(form)


async def answer(hass: HomeAssistant, form: dict[str, Any], **values: Any) -> dict[str, Any]:
    result = dict(await hass.config_entries.options.async_configure(form["flow_id"], values))
    await hass.async_block_till_done()
    return result


def suggested(form: dict[str, Any]) -> dict[str, Any]:
    """What a form has filled in already."""
    return {
        str(field): field.description["suggested_value"]
        for field in form["data_schema"].schema
        if field.description and "suggested_value" in field.description
    }


@pytest.mark.parametrize("options", [{"password": "secret"}])
async def test_a_postcode_suggests_an_area_and_the_person_decides(
    hass: HomeAssistant, running: MockConfigEntry
) -> None:
    form = await open_step(hass, running, "capacity")
    form = await answer(hass, form, postcode=" 9000 ")
    assert form["step_id"] == "tariff"
    assert suggested(form) == {"area": "imewo"}
    result = await answer(hass, form, area="west", connection="household", vat="21")
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert running.options == {
        "password": "secret",
        "capacity": {"postcode": "9000", "area": "west", "connection": "household", "vat": "21"},
    }
    # It holds at once.
    shown = hass.states.get("sensor.digimon_tariff_basis")
    assert shown is not None
    assert (shown.attributes["area"], shown.attributes["vat"]) == ("west", 21)
    form = await open_step(hass, running, "capacity")
    assert suggested(form) == {"postcode": "9000"}


@pytest.mark.parametrize(
    ("postcode", "place"), [("1000", "brussels"), ("4000", "wallonia"), ("1547", "midden_vlaanderen")]
)
async def test_outside_flanders_it_suggests_the_region(
    hass: HomeAssistant, running: MockConfigEntry, postcode: str, place: str
) -> None:
    form = await answer(hass, await open_step(hass, running, "capacity"), postcode=postcode)
    assert suggested(form)["area"] == place


@pytest.mark.parametrize("postcode", ["999", "12345", "09000", "B-2000", "٢٠٠٠٠", "²", "9" * 5000])
async def test_what_is_no_postcode_is_asked_again(hass: HomeAssistant, running: MockConfigEntry, postcode: str) -> None:
    form = await answer(hass, await open_step(hass, running, "capacity"), postcode=postcode)
    assert (form["step_id"], form["errors"]) == ("capacity", {"postcode": "unknown_postcode"})
    form = await answer(hass, form, postcode="2000")
    assert form["step_id"] == "tariff"


async def test_without_a_postcode_the_area_is_chosen_by_hand_and_a_rate_can_be_ones_own(
    hass: HomeAssistant, running: MockConfigEntry
) -> None:
    form = await answer(hass, await open_step(hass, running, "capacity"))
    assert form["step_id"] == "tariff"
    await answer(hass, form, connection="household", vat="0", own_rate=48.5)
    assert running.options["capacity"] == {"connection": "household", "vat": "0", "own_rate": 48.5}
    assert state(hass, "tariff_basis") == "own_rate"


@pytest.mark.parametrize("listed", [{month: YEAR[month] for month in YEAR if month[1] not in {9, 11}}])
async def test_months_that_the_meter_does_not_list_are_asked_for(hass: HomeAssistant, running: MockConfigEntry) -> None:
    form = await open_step(hass, running, "month_peaks")
    assert [str(field) for field in form["data_schema"].schema] == ["september", "november", "since"]
    assert form["description_placeholders"]["first"] == "06/2025"
    assert form["description_placeholders"]["last"] == "05/2026"
    assert "12/2025: 4.20 kW; 01/2026: " in form["description_placeholders"]["known"]
    form = await answer(hass, form, september=4200, november=3.9)
    assert form["errors"] == {"september": "not_kilowatt"}
    result = await answer(hass, form, september=4.2, since="2025-08-20")
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert running.options["capacity"]["month_peaks"] == {"2025-09": 4200}
    assert running.options["capacity"]["since"] == "2025-08"
    shown = hass.states.get("sensor.digimon_billed_power")
    assert shown is not None
    assert shown.attributes["months"]["2025-09"] == 4.2
    assert "2025-07" not in shown.attributes["months"]
    assert shown.attributes["missing_months"] == ["2025-07", "2025-11"]
    # What was given can be seen, changed and taken away.
    form = await open_step(hass, running, "month_peaks")
    assert suggested(form) == {"september": 4.2, "since": "2025-08-01"}
    await answer(hass, form)
    assert "month_peaks" not in running.options["capacity"]


async def test_a_board_that_is_not_read_knows_no_months(hass: HomeAssistant, running: MockConfigEntry) -> None:
    assert await hass.config_entries.async_unload(running.entry_id)
    menu = await hass.config_entries.options.async_init(running.entry_id)
    result = await hass.config_entries.options.async_configure(menu["flow_id"], {"next_step_id": "month_peaks"})
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "not_loaded")


async def test_the_goal_can_be_given_and_given_back(hass: HomeAssistant, running: MockConfigEntry) -> None:
    form = await open_step(hass, running, "warnings")
    assert suggested(form) == {}
    await answer(hass, form, goal=5.2, shed=3)
    assert running.options["capacity"] == {"area": "antwerpen", "goal_w": 5200, "shed_w": 3000}
    assert state(hass, "peak_target") == "5200"
    form = await open_step(hass, running, "warnings")
    assert suggested(form) == {"goal": 5.2, "shed": 3.0}
    await answer(hass, form)
    assert running.options["capacity"] == {"area": "antwerpen"}
    assert state(hass, "peak_target") == "3400"
