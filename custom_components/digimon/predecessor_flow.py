"""Options: taking over what the sensors of another integration have counted of the same meter."""

from typing import TYPE_CHECKING, Any

import probatio
from homeassistant.config_entries import ConfigEntryState, ConfigFlowResult, OptionsFlowWithReload
from homeassistant.helpers.selector import StatisticSelector, StatisticSelectorConfig

if TYPE_CHECKING:
    from .history.targets import Target

_SELECTOR = StatisticSelector(StatisticSelectorConfig(multiple=True))


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
            try:
                told = [
                    await continue_statistics(self.hass, targets[key], chosen, dry_run=True)
                    for key, chosen in self._predecessors.items()
                ]
            except NotContinuableError as error:
                errors["base"], names["sensor"] = "not_continuable", error.statistic_id
            else:
                if not any(written.hours for written in told):
                    return self.async_abort(reason="predecessor_nothing")
                return await self.async_step_predecessor_confirm()
        return self.async_show_form(
            step_id="predecessor",
            data_schema=self.add_suggested_values_to_schema(
                probatio.Schema({probatio.Optional(key): _SELECTOR for key in targets}),
                user_input or propose(self.hass, targets),
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
        hours = 0
        try:
            for key, ids in chosen.items():
                written = await continue_statistics(self.hass, targets[key], ids, dry_run=user_input is None)
                hours += written.hours
        except NotContinuableError, UnsettledError:
            return self.async_abort(reason="predecessor_failed")
        names = {"sensors": str(len(chosen)), "hours": str(hours)}
        if user_input is None:
            return self.async_show_form(
                step_id="predecessor_confirm", data_schema=probatio.Schema({}), description_placeholders=names
            )
        return self.async_abort(reason="predecessor_done", description_placeholders=names)

    async def _targets(self) -> dict[str, Target]:
        """Our counters whose statistics can be written, by key."""
        from .history.series import Counted  # noqa: PLC0415
        from .history.targets import find_targets  # noqa: PLC0415

        found = (await find_targets(self.hass, self.config_entry.runtime_data.coordinator)).found
        return {target.series.key: target for target in found if isinstance(target.series, Counted)}
