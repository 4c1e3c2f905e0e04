"""Options: taking over what the sensors of another integration have counted of the same meter."""

from datetime import date
from typing import TYPE_CHECKING, Any

import probatio
from homeassistant.config_entries import ConfigEntryState, ConfigFlowResult, OptionsFlowWithReload
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.selector import StatisticSelector, StatisticSelectorConfig
from homeassistant.util import dt as dt_util

if TYPE_CHECKING:
    from .history.reconcile import Written
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

    async def async_step_predecessor(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask for each of our counters which older sensors counted the same."""
        if "recorder" not in self.hass.config.components or self.config_entry.state is not ConfigEntryState.LOADED:
            return self.async_abort(reason="predecessor_not_now")
        # It brings the recorder, which a Home Assistant without a history does not have.
        from .history.predecessor import NotContinuableError, continue_statistics, propose  # noqa: PLC0415

        targets = await self._targets()
        errors: dict[str, str] = {}
        names: dict[str, str] = {"sensor": ""}
        if user_input is not None:
            self._predecessors = {key: chosen for key, chosen in user_input.items() if chosen and key in targets}
            hours = 0
            for key, chosen in self._predecessors.items():
                try:
                    hours += (await continue_statistics(self.hass, targets[key], chosen, dry_run=True)).hours
                except NotContinuableError as error:
                    # The form is longer than a window: what is above it tells to look for the field.
                    errors = {"base": "look_below", key: "not_continuable"}
                    names["sensor"] = name_of(self.hass, error.statistic_id)
                    break
            else:
                if not hours:
                    return self.async_abort(reason="predecessor_nothing")
                return await self.async_step_predecessor_confirm()
        return self.async_show_form(
            step_id="predecessor",
            data_schema=self.add_suggested_values_to_schema(
                probatio.Schema({probatio.Optional(key): _SELECTOR for key in targets}),
                user_input or await propose(self.hass, {key: target.statistic_id for key, target in targets.items()}),
            ),
            errors=errors,
            description_placeholders=names,
        )

    async def async_step_predecessor_confirm(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Bring it over once that is confirmed."""
        from .history.predecessor import NotContinuableError, continue_statistics  # noqa: PLC0415
        from .history.reconcile import UnsettledError  # noqa: PLC0415

        targets = await self._targets()
        chosen = {key: ids for key, ids in self._predecessors.items() if key in targets}
        told = []
        try:
            for key, ids in chosen.items():
                written = await continue_statistics(self.hass, targets[key], ids, dry_run=user_input is None)
                told += [self._line(targets[key], written)]
        except NotContinuableError, UnsettledError:
            return self.async_abort(reason="predecessor_failed")
        names = {"sensors": "\n".join(filter(None, told))}
        if user_input is None:
            return self.async_show_form(
                step_id="predecessor_confirm", data_schema=probatio.Schema({}), description_placeholders=names
            )
        return self.async_abort(reason="predecessor_done", description_placeholders=names)

    def _line(self, target: Target, written: Written) -> str:
        """From when until when a sensor gets hours, and how much was counted in them; empty when it gets none."""
        if written.first is None or written.last is None:
            return ""
        unit = "kWh" if target.series.unit_class == "energy" else "m³"
        days = f"{_day(written.first)} \N{EN DASH} {_day(written.last)}"
        entity = er.async_get(self.hass).async_get(target.statistic_id)
        name = (entity and (entity.name or entity.original_name)) or target.statistic_id
        return f"- {name}: {days}, {written.counted / _KILO:.0f}\N{NO-BREAK SPACE}{unit}"

    async def _targets(self) -> dict[str, Target]:
        """Our counters whose statistics can be written, by key."""
        from .history.series import Counted  # noqa: PLC0415
        from .history.targets import find_targets  # noqa: PLC0415

        found = (await find_targets(self.hass, self.config_entry.runtime_data.coordinator)).found
        return {target.series.key: target for target in found if isinstance(target.series, Counted)}


def _day(utc: int) -> str:
    """A local day, as people in Belgium write it in each of their languages."""
    day: date = dt_util.as_local(dt_util.utc_from_timestamp(utc)).date()
    return f"{day:%d/%m/%Y}"
