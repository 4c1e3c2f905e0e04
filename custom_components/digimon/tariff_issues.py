"""Repairs that the capacity tariff asks for; each goes by itself when its reason has gone."""

from collections.abc import Mapping
from dataclasses import dataclass

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir

from .capacity.billing import WithoutEuros
from .capacity.figures import TariffBasis
from .const import DOMAIN
from .coordinator import DigimonConfigEntry
from .fixable import FIXABLE
from .help_page import help_url
from .tariff import Tariff
from .wording import month_text, power_text


@dataclass(frozen=True, kw_only=True, slots=True)
class Issue:
    """A repair, while there is a reason for it."""

    key: str
    placeholders: Mapping[str, str]


KEYS = ("choose_area", "rates_missing", "peak_vanished", "demand_wrong", "implausible_peaks")


def issues_of(tariff: Tariff, language: str) -> tuple[Issue, ...]:
    """What is to be repaired now, said in the language of Home Assistant."""
    figures = tariff.figures
    issues = []
    price = figures.bill.price
    if figures.basis is WithoutEuros.NO_RATE and not tariff.choices.is_place_chosen:
        issues.append(Issue(key="choose_area", placeholders={}))
    if figures.basis is TariffBasis.OTHER_YEAR and price is not None and price.found is not None:
        issues.append(
            Issue(
                key="rates_missing",
                placeholders={"year": str(price.found.asked.year), "used_year": str(price.found.year)},
            )
        )
    if tariff.has_lost_peak:
        issues.append(Issue(key="peak_vanished", placeholders={}))
    if not tariff.trusts_demand:
        issues.append(Issue(key="demand_wrong", placeholders={}))
    if figures.peaks.implausible:
        months = "; ".join(
            f"{month_text(peak.month)}: {power_text(peak.power_w, language, decimals=1)}"
            for peak in figures.peaks.implausible
        )
        issues.append(Issue(key="implausible_peaks", placeholders={"months": months}))
    return tuple(issues)


class TariffIssues:
    """Keeps the issue registry in step."""

    def __init__(self, hass: HomeAssistant, entry: DigimonConfigEntry, tariff: Tariff) -> None:
        self._hass = hass
        self._entry = entry
        self._tariff = tariff
        self._raised: dict[str, Issue] = {}

    @callback
    def async_update(self) -> None:
        """Raise what is new, take away what has gone."""
        current = {issue.key: issue for issue in issues_of(self._tariff, self._hass.config.language)}
        if current == self._raised:
            return
        for issue in current.values():
            if self._raised.get(issue.key) != issue:
                self._raise(issue)
        for key in self._raised.keys() - current.keys():
            ir.async_delete_issue(self._hass, DOMAIN, self._id(key))
        self._raised = current

    @callback
    def async_clear(self) -> None:
        """Take all away."""
        for key in KEYS:
            ir.async_delete_issue(self._hass, DOMAIN, self._id(key))

    def _raise(self, issue: Issue) -> None:
        ir.async_create_issue(
            self._hass,
            DOMAIN,
            self._id(issue.key),
            data={"entry_id": self._entry.entry_id},
            is_fixable=issue.key in FIXABLE,
            severity=ir.IssueSeverity.WARNING,
            translation_key=issue.key,
            translation_placeholders={"name": self._entry.title, **issue.placeholders},
            learn_more_url=help_url(issue.key),
        )

    def _id(self, key: str) -> str:
        return f"{key}_{self._entry.entry_id}"


@callback
def async_watch_issues(hass: HomeAssistant, entry: DigimonConfigEntry, tariff: Tariff) -> None:
    """Keep the repairs of an entry, until it is unloaded."""
    issues = TariffIssues(hass, entry, tariff)
    issues.async_update()
    entry.async_on_unload(entry.runtime_data.coordinator.async_add_listener(issues.async_update))
    entry.async_on_unload(issues.async_clear)
