"""The options of the capacity tariff: where the connection is, past month peaks, and when to warn."""

from decimal import Decimal
from typing import Any

import probatio
from homeassistant.config_entries import ConfigEntryState, ConfigFlowResult, OptionsFlowWithReload
from homeassistant.const import UnitOfPower
from homeassistant.helpers.selector import (
    DateSelector,
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
    TextSelector,
)

from .capacity.months import Month, months_until
from .capacity.peaks import FLOOR_W, PeakSource, UnitError, power_of_kw
from .choices import (
    AREAS,
    CONF_AREA,
    CONF_CAPACITY,
    CONF_CONNECTION,
    CONF_GOAL,
    CONF_MONTH_PEAKS,
    CONF_OWN_RATE,
    CONF_POSTCODE,
    CONF_SHED,
    CONF_SINCE,
    CONF_VAT,
    CONNECTIONS,
    HOUSEHOLD,
    VATS,
    choices_of,
    format_month,
    parse_month,
)
from .tariff import Tariff, async_place_of
from .wording import month_text, power_text

STEPS = ["capacity", "month_peaks", "warnings"]
"""The steps of the menu that are found here."""

# Any twelve months in a row have each of them once.
MONTH_FIELDS = (
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
)

CONF_GOAL_KW = "goal"
CONF_SHED_KW = "shed"

_KILO = 1000


def _choice(options: list[str], key: str) -> SelectSelector:
    return SelectSelector(SelectSelectorConfig(options=options, translation_key=key, mode=SelectSelectorMode.DROPDOWN))


def _number(unit: str, step: float, least: float = 0, most: float | None = None) -> NumberSelector:
    config = NumberSelectorConfig(min=least, step=step, mode=NumberSelectorMode.BOX, unit_of_measurement=unit)
    if most is not None:
        config["max"] = most
    return NumberSelector(config)


_POSTCODE_SCHEMA = probatio.Schema({probatio.Optional(CONF_POSTCODE): TextSelector()})
_TARIFF_SCHEMA = probatio.Schema(
    {
        probatio.Optional(CONF_AREA): _choice(list(AREAS), "area"),
        probatio.Required(CONF_CONNECTION, default=HOUSEHOLD): _choice(list(CONNECTIONS), "connection"),
        probatio.Required(CONF_VAT, default=VATS[0]): _choice(list(VATS), "vat"),
        probatio.Optional(CONF_OWN_RATE): _number("EUR/kW", 0.01, most=1000),
    }
)
_WARNINGS_SCHEMA = probatio.Schema(
    {
        probatio.Optional(CONF_GOAL_KW): _number(UnitOfPower.KILO_WATT, 0.1, least=FLOOR_W / _KILO, most=25),
        probatio.Optional(CONF_SHED_KW): _number(UnitOfPower.KILO_WATT, 0.1, least=0.1, most=25),
    }
)


class TariffSteps(OptionsFlowWithReload):
    """Steps of the options flow."""

    _suggested: dict[str, Any] | None = None
    """What the postcode suggested."""

    async def async_step_capacity(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask for the postcode, which suggests where the connection is; it may stay empty."""
        errors = {}
        if user_input is not None:
            postcode = str(user_input.get(CONF_POSTCODE) or "").strip()
            if not postcode:
                return await self.async_step_tariff()
            place = await async_place_of(self.hass, postcode)
            if place is not None:
                self._suggested = {CONF_POSTCODE: postcode, CONF_AREA: (place.area or place.region).value}
                return await self.async_step_tariff()
            errors = {CONF_POSTCODE: "unknown_postcode"}
        return self.async_show_form(
            step_id="capacity",
            data_schema=self.add_suggested_values_to_schema(_POSTCODE_SCHEMA, user_input or self._chosen),
            errors=errors,
        )

    async def async_step_tariff(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask for the area, with the suggested one filled in, and for what else the price depends on."""
        if user_input is None:
            values = {**self._chosen, **(self._suggested or {})}
            return self.async_show_form(
                step_id="tariff", data_schema=self.add_suggested_values_to_schema(_TARIFF_SCHEMA, values)
            )
        names = (CONF_AREA, CONF_CONNECTION, CONF_VAT, CONF_OWN_RATE)
        postcode = (self._suggested or {}).get(CONF_POSTCODE)
        return self._save_capacity({CONF_POSTCODE: postcode, **{name: user_input.get(name) for name in names}})

    async def async_step_month_peaks(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask for the peaks of months that the meter does not list, as invoices print them."""
        tariff = self._tariff
        if tariff is None:
            return self.async_abort(reason="not_loaded")
        months = {MONTH_FIELDS[month.month - 1]: month for month in self._months_to_ask(tariff)}
        errors: dict[str, str] = {}
        if user_input is not None:
            powers: dict[str, int] = {}
            for name, month in months.items():
                if user_input.get(name) is None:
                    continue
                try:
                    powers[format_month(month)] = power_of_kw(
                        Decimal(str(user_input[name])), most_w=tariff.choices.most_w
                    )
                except UnitError:
                    errors[name] = "not_kilowatt"
            if not errors:
                since = parse_month(user_input.get(CONF_SINCE))
                asked = {format_month(month) for month in months.values()}
                kept = {text: power for text, power in self._entered.items() if text not in asked}
                return self._save_capacity(
                    {
                        CONF_MONTH_PEAKS: {**kept, **powers} or None,
                        CONF_SINCE: None if since is None else format_month(since),
                    }
                )
        schema = probatio.Schema(
            {
                **{probatio.Optional(name): _number(UnitOfPower.KILO_WATT, 0.001) for name in months},
                probatio.Optional(CONF_SINCE): DateSelector(),
            }
        )
        since_text = self._chosen.get(CONF_SINCE)
        values = user_input or {
            **{
                name: self._entered[format_month(month)] / _KILO
                for name, month in months.items()
                if format_month(month) in self._entered
            },
            **({CONF_SINCE: f"{since_text}-01"} if since_text else {}),
        }
        return self.async_show_form(
            step_id="month_peaks",
            data_schema=self.add_suggested_values_to_schema(schema, values),
            errors=errors,
            description_placeholders=_span(tariff, self.hass.config.language),
        )

    async def async_step_warnings(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask for the goal and for what can be switched off; empty is what the integration takes by itself."""
        names = {CONF_GOAL_KW: CONF_GOAL, CONF_SHED_KW: CONF_SHED}
        if user_input is None:
            known = {name: self._chosen[key] / _KILO for name, key in names.items() if key in self._chosen}
            return self.async_show_form(
                step_id="warnings", data_schema=self.add_suggested_values_to_schema(_WARNINGS_SCHEMA, known)
            )
        return self._save_capacity(
            {key: None if (kw := user_input.get(name)) is None else round(kw * _KILO) for name, key in names.items()}
        )

    @property
    def _chosen(self) -> dict[str, Any]:
        return dict(self.config_entry.options.get(CONF_CAPACITY) or {})

    @property
    def _entered(self) -> dict[str, int]:
        entered = choices_of(self.config_entry.options).entered
        return {format_month(month): power_w for month, power_w in entered.items()}

    @property
    def _tariff(self) -> Tariff | None:
        if self.config_entry.state is not ConfigEntryState.LOADED:
            return None
        tariff: Tariff = self.config_entry.runtime_data.tariff
        return tariff

    @staticmethod
    def _months_to_ask(tariff: Tariff) -> list[Month]:
        """The twelve completed months, less those that the meter knows itself."""
        peaks = tariff.figures.peaks
        known = {peak.month for peak in peaks.known if peak.source is PeakSource.METER}
        return [month for month in months_until(peaks.running.plus(-1)) if month not in known]

    def _save_capacity(self, changes: dict[str, Any]) -> ConfigFlowResult:
        """End with some choices changed; None takes one away."""
        chosen = {key: value for key, value in {**self._chosen, **changes}.items() if value is not None}
        return self.async_create_entry(data={**self.config_entry.options, CONF_CAPACITY: chosen})


def _span(tariff: Tariff, language: str) -> dict[str, str]:
    """First and last of the twelve months, and what the meter knows of them, in words."""
    peaks = tariff.figures.peaks
    months = months_until(peaks.running.plus(-1))
    known = [peak for peak in peaks.known if peak.source is PeakSource.METER and peak.month in months]
    return {
        "first": month_text(months[0]),
        "last": month_text(months[-1]),
        # A comma is part of the numbers.
        "known": "; ".join(f"{month_text(peak.month)}: {power_text(peak.power_w, language)}" for peak in known) or "-",
    }
