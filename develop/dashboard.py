"""The page that a visitor sees first."""

from typing import Any

URL_PATH = "digital-meter"

TITLES = {
    "en": "Digital meter",
    "nl": "Digitale meter",
    "fr": "Compteur numérique",
    "de": "Digitaler Zähler",
}

SENSORS = {
    "net_power",
    "consumed_power",
    "produced_power",
    "quarter_average",
    "average_demand",
    "consumed_energy",
    "produced_energy",
}
"""What the page cannot do without. The month peak is there only after the first quarter of a month."""

BILL = ("billed_power", "capacity_cost_month", "capacity_cost_year")
"""What the capacity tariff costs as it stands."""

RUNNING = ("projected", "new_peak_cost", "act_by", "headroom", "month_peak", "peak_target", "peak_goal")
"""What the running quarter does to it, beside `RISKS`."""

RISKS = ("peak_risk", "peak_at_risk")
"""How bad it is, for an automation and for a person."""

RISK_COLORS = {"ok": "green", "watch": "amber", "high": "deep-orange", "certain": "red"}
"""State of the risk -> colour of its tile. A tile of a sensor has one colour of its own, whatever the state."""

TARIFF_HEADINGS = {
    "en": ("Capacity tariff", "This quarter"),
    "nl": ("Capaciteitstarief", "Dit kwartier"),
    "fr": ("Tarif capacitaire", "Ce quart d'heure"),
    "de": ("Kapazitätstarif", "Diese Viertelstunde"),
}
"""By language: over what is billed, and over what runs."""

# What the house gives and takes at most, in W, and from where on it is much.
_LOWEST_W, _MUCH_W, _HIGHEST_W = -5000, 5000, 10000
# What every month peak is billed as, at least.
_FLOOR_W = 2500

_GRAPH_HOURS = 1

# There is one board.
_WITHOUT_DEVICE = {"type": "entity"}


def dashboard(sensors: dict[str, str], language: str) -> dict[str, Any]:
    """The document of the page.

    :param sensors: entity ids by key, at least those in `SENSORS`.
    :param language: a key of `TITLES`.
    """
    live = [
        {
            "type": "gauge",
            "entity": sensors["net_power"],
            "name": _WITHOUT_DEVICE,
            "min": _LOWEST_W,
            "max": _HIGHEST_W,
            "needle": True,
            "severity": {"green": _LOWEST_W, "yellow": _FLOOR_W, "red": _MUCH_W},
            "grid_options": {"columns": "full"},
        },
        *_tiles(sensors, "consumed_power", "produced_power", "consumed_energy", "produced_energy"),
    ]
    quarter = [
        {"type": "custom:digimon-quarter-card"},
        {
            "type": "history-graph",
            "hours_to_show": _GRAPH_HOURS,
            "entities": [{"entity": sensors[key], "name": _WITHOUT_DEVICE} for key in ("net_power", "quarter_average")],
            "grid_options": {"columns": "full"},
        },
        *_tiles(sensors, "quarter_average", "average_demand", "month_peak", "month_peak_time"),
    ]
    return {
        "views": [
            {
                "title": TITLES[language],
                "type": "sections",
                "max_columns": 2,
                "sections": [
                    {"type": "grid", "cards": live},
                    {"type": "grid", "cards": quarter},
                ],
            }
        ]
    }


def tariff_view(sensors: dict[str, str], language: str) -> dict[str, Any]:
    """A page of the capacity tariff: what it costs, and what the running quarter does to it.

    :param sensors: entity ids by key, at least `BILL`, `RUNNING` and `RISKS`.
    :param language: a key of `TARIFF_HEADINGS`.
    """
    bill, running = TARIFF_HEADINGS[language]
    figures = [
        {"type": "heading", "heading": bill, "icon": "mdi:cash-multiple"},
        _rows(sensors, *BILL),
        {"type": "heading", "heading": running, "icon": "mdi:timer-sand"},
        *risk_tiles(sensors["peak_risk"]),
        *_tiles(sensors, "peak_at_risk"),
        _rows(sensors, *RUNNING),
    ]
    quarter = [{"type": "custom:digimon-quarter-card"}]
    return {
        "title": bill,
        "type": "sections",
        "max_columns": 2,
        "sections": [{"type": "grid", "cards": figures}, {"type": "grid", "cards": quarter}],
    }


def risk_tiles(entity: str) -> list[dict[str, Any]]:
    """A tile per colour, of which one is seen; also one for when nothing is known.

    :param entity: entity id of the risk.
    """
    tile = {"type": "tile", "entity": entity, "name": _WITHOUT_DEVICE, "grid_options": {"columns": 6}}
    colored = [
        {**tile, "color": color, "visibility": [{"condition": "state", "entity": entity, "state": state}]}
        for state, color in RISK_COLORS.items()
    ]
    unknown = {"condition": "state", "entity": entity, "state_not": list(RISK_COLORS)}
    return [*colored, {**tile, "visibility": [unknown]}]


def _rows(sensors: dict[str, str], *keys: str) -> dict[str, Any]:
    """A list, in which also a long name is read whole."""
    entities = [{"entity": sensors[key], "name": _WITHOUT_DEVICE} for key in keys]
    return {"type": "entities", "entities": entities, "grid_options": {"columns": "full"}}


def _tiles(sensors: dict[str, str], *keys: str) -> list[dict[str, Any]]:
    """A tile for each of the sensors that are there."""
    return [
        {"type": "tile", "entity": sensors[key], "name": _WITHOUT_DEVICE, "grid_options": {"columns": 6}}
        for key in keys
        if key in sensors
    ]
