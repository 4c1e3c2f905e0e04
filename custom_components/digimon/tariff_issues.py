"""Repairs that the capacity tariff asks for; each goes by itself when its reason has gone."""

from collections.abc import Mapping
from dataclasses import dataclass

from homeassistant.core import HomeAssistant, callback

from .capacity.billing import WithoutEuros
from .capacity.figures import TariffBasis
from .coordinator import DigimonConfigEntry
from .issues import async_end, async_raise, async_withdraw
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


def unknown_of(tariff: Tariff) -> frozenset[str]:
    """Keys of what nobody can judge now."""
    unknown = set() if tariff.was_heard else {"implausible_peaks"}
    if tariff.has_lost_peak is None:
        unknown.add("peak_vanished")
    return frozenset(unknown)


class TariffIssues:
    """Keeps the issue registry in step."""

    def __init__(self, hass: HomeAssistant, entry: DigimonConfigEntry, tariff: Tariff) -> None:
        self._hass = hass
        self._entry = entry
        self._tariff = tariff
        self._seen: object = None
        """What was found when this last looked, and the name it was told under."""

    @callback
    def async_update(self) -> None:
        """Raise what is new, take away what has gone, also of before the entry was set up anew."""
        issues = issues_of(self._tariff, self._hass.config.language)
        unknown = unknown_of(self._tariff)
        seen = (issues, unknown, self._entry.title)
        if seen == self._seen:
            return
        self._seen = seen
        current = {issue.key: issue.placeholders for issue in issues}
        for key in KEYS:
            if key in current:
                async_raise(self._hass, self._entry, key, current[key])
            elif key in unknown:
                async_withdraw(self._hass, self._entry, key)
            else:
                async_end(self._hass, self._entry, key)


@callback
def async_watch_issues(hass: HomeAssistant, entry: DigimonConfigEntry, tariff: Tariff) -> None:
    """Keep the repairs of an entry, until it is unloaded."""
    issues = TariffIssues(hass, entry, tariff)
    issues.async_update()
    entry.async_on_unload(entry.runtime_data.coordinator.async_add_listener(issues.async_update))
