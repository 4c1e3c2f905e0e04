"""From the bodies of answers to models.

Strict about what a document is, lenient about the rest of it: a body that is not the document asked
for raises `UnexpectedAnswerError`; a single value that is missing, of another type or impossible is
None. Wrong values are worse than none: the original firmware lets W above 32,767 wrap around.
"""

from typing import Any, Literal

from ..core.clock import INTERVAL_SECONDS, QUARTER_INTERVALS
from . import fields
from .errors import DamagedQuarterError, UnexpectedAnswerError
from .models import (
    UNLIMITED,
    MeterDevice,
    MeterReading,
    MonthPeak,
    PastPeak,
    Phase,
    RunningQuarter,
    Sample,
)

_METER_FIELDS = {
    "time": fields.instant,
    "quarter_id": fields.quarter,
    "version": fields.text,
    "identification": fields.text,
    "serial": fields.text,
    "ean": fields.text,
    "grid": fields.number,
    "tariff": fields.small_number,
    "consumed_energy_t1": fields.number,
    "consumed_energy_t2": fields.number,
    "produced_energy_t1": fields.number,
    "produced_energy_t2": fields.number,
    "consumed_power": fields.power,
    "produced_power": fields.power,
    "average_demand": fields.power,
    "breaker": fields.small_number,
    "message": fields.message,
    "message_code": fields.message,
}
_PHASE_FIELDS = {
    "consumed_power": fields.power,
    "produced_power": fields.power,
    "voltage": fields.number,
    "current": fields.number,
}
_DEVICE_FIELDS = {
    "serial": fields.text,
    "ean": fields.text,
    "valve": fields.small_number,
    "relay": fields.small_number,
    "time": fields.instant,
    "value": fields.number,
    "unit": fields.text,
}
_LAST_MONTH = 12


def parse_running_quarter(body: bytes) -> RunningQuarter | None:
    """Read ``/current/quarter``.

    :returns: None before the board's first telegram.
    :raises UnexpectedAnswerError: it is no quarter.
    """
    document = fields.read_object(body)
    if not document:
        return None
    quarter_id, samples = _quarter(document)
    return RunningQuarter(quarter_id=quarter_id, samples=samples)


def parse_stored_quarter(body: bytes) -> RunningQuarter:
    """Read ``/meter/YYYY/MM/DD/HHMM{S,W}.json``.

    :raises DamagedQuarterError: it is no quarter, or not a whole document, as a power cut leaves it.
    """
    try:
        quarter_id, samples = _quarter(fields.read_object(body))
    except UnexpectedAnswerError as error:
        raise DamagedQuarterError(str(error)) from error
    return RunningQuarter(quarter_id=quarter_id, samples=samples)


def _quarter(document: dict[str, Any]) -> tuple[int, tuple[Sample | None, ...]]:
    quarter_id = fields.quarter(document.get("quarter_id"))
    consumed = document.get("consumed_power_interval_avgs")
    produced = document.get("produced_power_interval_avgs")
    if quarter_id is None or not isinstance(consumed, list) or not isinstance(produced, list):
        raise UnexpectedAnswerError("no quarter")
    if document.get("interval_secs") != INTERVAL_SECONDS or len(consumed) > QUARTER_INTERVALS:
        raise UnexpectedAnswerError("not the intervals of a quarter")
    if len(consumed) != len(produced):
        raise UnexpectedAnswerError("as many intervals out as in are missing")
    samples = [_sample(*pair) for pair in zip(consumed, produced, strict=True)]
    while samples and samples[-1] is None:
        samples.pop()
    return quarter_id, tuple(samples)


def _sample(consumed: object, produced: object) -> Sample | None:
    consumed_power = fields.power(consumed)
    produced_power = fields.produced_power(produced)
    if consumed_power is None or produced_power is None:
        return None
    return Sample(consumed_power, -produced_power)


def parse_month_peak(body: bytes) -> MonthPeak | None:
    """Read ``/current/month/peak``.

    :returns: None while the board knows of no peak.
    :raises UnexpectedAnswerError: it is no JSON object.
    """
    return _month_peak(fields.read_object(body).get("peak"))


def _month_peak(value: object) -> MonthPeak | None:
    peak = fields.read_dict(value)
    quarter_id = fields.quarter(peak.get("quarter_id"))
    power = fields.power(peak.get("power"))
    if quarter_id is None or power is None:
        return None
    return MonthPeak(quarter_id=quarter_id, power=power)


def parse_meter(body: bytes) -> MeterReading | None:
    """Read ``/current/meter``.

    :returns: None before the board's first telegram.
    :raises UnexpectedAnswerError: it is no JSON object.
    """
    document = fields.read_object(body)
    if not document:
        return None
    plain: dict[str, Any] = {key: read(document.get(key)) for key, read in _METER_FIELDS.items()}
    return MeterReading(
        **plain,
        peak=_month_peak(document.get("peak")),
        peaks=tuple(filter(None, map(_past_peak, fields.read_list(document.get("peaks"))))),
        phases=tuple(filter(None, map(_phase, fields.read_list(document.get("phases"))))),
        limiter=_limit(document, "limiter"),
        fuse=_limit(document, "fuse"),
        devices=tuple(filter(None, map(_device, fields.read_list(document.get("devices"))))),
    )


def _limit(document: dict[str, Any], key: str) -> int | Literal["unlimited"] | None:
    """A limit; null says that there is none, a missing key says nothing."""
    if key in document and document[key] is None:
        return UNLIMITED
    return fields.number(document.get(key))


def _past_peak(value: object) -> PastPeak | None:
    peak = fields.read_dict(value)
    year = fields.number(peak.get("year"))
    month = fields.integer(1, _LAST_MONTH)(peak.get("month"))
    power = fields.power(peak.get("power"))
    if year is None or month is None or power is None:
        return None
    return PastPeak(year=year, month=month, quarter_id=fields.quarter(peak.get("quarter_id")), power=power)


def _phase(value: object) -> Phase | None:
    phase = fields.read_dict(value)
    number = fields.integer(1, 3)(phase.get("phase"))
    if number is None:
        return None
    return Phase(phase=number, **{key: read(phase.get(key)) for key, read in _PHASE_FIELDS.items()})


def _device(value: object) -> MeterDevice | None:
    device = fields.read_dict(value)
    channel = fields.small_number(device.get("channel"))
    kind = fields.text(device.get("type"))
    if channel is None or kind is None:
        return None
    plain: dict[str, Any] = {key: read(device.get(key)) for key, read in _DEVICE_FIELDS.items()}
    return MeterDevice(channel=channel, type=kind, **plain)
