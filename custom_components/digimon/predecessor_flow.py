"""Options: taking over what the sensors of another integration have counted of the same meter."""

from typing import TYPE_CHECKING, Any

import probatio
from homeassistant.config_entries import ConfigEntryState, ConfigFlowResult, OptionsFlowWithReload
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.selector import StatisticSelector, StatisticSelectorConfig
from homeassistant.util import dt as dt_util

from .wording import day_text

if TYPE_CHECKING:
    from .history.predecessor import Continued
    from .history.targets import Target

_SELECTOR = StatisticSelector(StatisticSelectorConfig(multiple=True))
_KILO = 1000


def name_of(hass: HomeAssistant, entity_id: str) -> str:
    """What a person calls a sensor."""
    state = hass.states.get(entity_id)
    return entity_id if state is None else state.name


class PredecessorSteps(OptionsFlowWithReload):
    """Ask which sensors, say what would come over, and bring it over."""

    _predecessors: dict[str, list[str]]
    _doubts: str

    async def async_step_predecessor(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask for each of our counters which older sensors counted the same."""
        if "recorder" not in self.hass.config.components or not self._is_read:
            return self.async_abort(reason="predecessor_not_now")
        # It brings the recorder, which a Home Assistant without a history does not have.
        from .history.proposals import propose  # noqa: PLC0415

        targets = await self._targets()
        errors: dict[str, str] = {}
        names: dict[str, str] = {"sensor": ""}
        if user_input is not None:
            self._predecessors = {key: chosen for key, chosen in user_input.items() if chosen and key in targets}
            errors, names["sensor"], found = await self._look(targets)
            if not errors:
                return await self._next_to(targets, found)
        return self.async_show_form(
            step_id="predecessor",
            data_schema=self.add_suggested_values_to_schema(
                probatio.Schema({probatio.Optional(key): _SELECTOR for key in targets}),
                user_input or await propose(self.hass, targets),
            ),
            errors=errors,
            description_placeholders=names,
        )

    @property
    def _is_read(self) -> bool:
        return self.config_entry.state is ConfigEntryState.LOADED

    async def _look(self, targets: dict[str, Target]) -> tuple[dict[str, str], str, dict[str, Continued]]:
        """What is wrong with the choice and with which sensor, or what it would bring over by key."""
        from .history.predecessor import (  # noqa: PLC0415
            AnotherMeterError,
            NotContinuableError,
            continue_statistics,
        )

        if not self._predecessors:
            return {"base": "nothing_chosen"}, "", {}
        entities = er.async_entries_for_config_entry(er.async_get(self.hass), self.config_entry.entry_id)
        own = {entity.entity_id for entity in entities}
        found = {}
        for key, chosen in self._predecessors.items():
            try:
                found[key] = await continue_statistics(self.hass, targets[key], chosen, dry_run=True)
            except AnotherMeterError:
                return self._wrong(key, "another_meter", chosen)
            except NotContinuableError as error:
                return self._wrong(key, "not_continuable", [error.statistic_id])
            if ours := own.intersection(chosen):
                return self._wrong(key, "own_sensor", sorted(ours))
        return {}, "", found

    def _wrong(self, key: str, what: str, sensors: list[str]) -> tuple[dict[str, str], str, dict[str, Continued]]:
        """What is wrong in one field, and with which sensors."""
        # The form is longer than a window: what is above it tells to look for the field.
        errors = {"base": "look_below", key: what}
        return errors, " + ".join(name_of(self.hass, sensor) for sensor in sensors), {}

    async def _next_to(self, targets: dict[str, Target], found: dict[str, Continued]) -> ConfigFlowResult:
        """The end where nothing would come over; a question where registers do not go on; else the last question."""
        if not any(continued.hours for continued in found.values()):
            return self.async_abort(reason="predecessor_nothing")
        doubts = [
            f"- {self._name(targets[key])}: "
            + " \N{RIGHTWARDS ARROW} ".join(_amount(targets[key], stand) for stand in continued.jump)
            for key, continued in found.items()
            if continued.hours and continued.jump is not None
        ]
        if doubts:
            self._doubts = "\n".join(doubts)
            return await self.async_step_predecessor_doubt()
        return await self.async_step_predecessor_confirm()

    async def async_step_predecessor_doubt(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask whether the meter was replaced, as what the registers say would mean."""
        if user_input is not None:
            return await self.async_step_predecessor_confirm()
        return self.async_show_form(
            step_id="predecessor_doubt",
            data_schema=probatio.Schema({}),
            description_placeholders={"sensors": self._doubts},
        )

    async def async_step_predecessor_confirm(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Bring it over once that is confirmed."""
        from .history.predecessor import NotContinuableError, continue_statistics  # noqa: PLC0415
        from .history.reconcile import UnsettledError  # noqa: PLC0415

        # It was when the dialog was opened.
        if not self._is_read:
            return self.async_abort(reason="predecessor_not_now")
        targets = await self._targets()
        chosen = {key: ids for key, ids in self._predecessors.items() if key in targets}
        told = []
        try:
            for key, ids in chosen.items():
                continued = await continue_statistics(self.hass, targets[key], ids, dry_run=user_input is None)
                told += [self._line(targets[key], continued)]
        except NotContinuableError, UnsettledError:
            return self.async_abort(reason="predecessor_failed")
        names = {"sensors": "\n".join(filter(None, told))}
        if user_input is None:
            return self.async_show_form(
                step_id="predecessor_confirm", data_schema=probatio.Schema({}), description_placeholders=names
            )
        return self.async_abort(reason="predecessor_done", description_placeholders=names)

    def _line(self, target: Target, continued: Continued) -> str:
        """From when until when a sensor gets hours, and how much was counted in them; empty when it gets none."""
        if continued.first is None or continued.last is None:
            return ""
        days = f"{_day(continued.first)} \N{EN DASH} {_day(continued.last)}"
        return f"- {self._name(target)}: {days}, {_amount(target, continued.counted)}"

    def _name(self, target: Target) -> str:
        """What a person calls one of ours, beside its device."""
        entity = er.async_get(self.hass).async_get(target.statistic_id)
        return str((entity and (entity.name or entity.original_name)) or target.statistic_id)

    async def _targets(self) -> dict[str, Target]:
        """Our counters whose statistics can be written, by key."""
        from .history.series import Counted  # noqa: PLC0415
        from .history.targets import find_targets  # noqa: PLC0415

        found = (await find_targets(self.hass, self.config_entry.runtime_data.coordinator)).found
        return {target.series.key: target for target in found if isinstance(target.series, Counted)}


def _amount(target: Target, value: float) -> str:
    """Energy or a volume, as the meter shows it but without decimals.

    :param value: Wh or l.
    """
    return f"{value / _KILO:.0f}\N{NO-BREAK SPACE}{'kWh' if target.series.unit_class == 'energy' else 'm³'}"


def _day(utc: int) -> str:
    """A local day, as people write it."""
    return day_text(dt_util.as_local(dt_util.utc_from_timestamp(utc)).date())
