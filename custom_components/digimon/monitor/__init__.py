"""Typed client of the board's HTTP API.

Speaks to our own firmware and to the original one (docs/board-api.md), and knows nothing of Home
Assistant: it takes an aiohttp session and gives frozen models or one of the named errors.
"""

from .address import DEFAULT_PORT, Address, parse_address
from .archive import Archive
from .client import BoardClient
from .errors import (
    BoardConnectionError,
    BoardError,
    BoardTimeoutError,
    DamagedQuarterError,
    InvalidAddressError,
    NotABoardError,
    PasswordBlockedError,
    PasswordError,
    PasswordMissingError,
    RefusedError,
    UnexpectedAnswerError,
    UnknownPathError,
)
from .models import (
    BoardHealth,
    BoardInfo,
    MeterDevice,
    MeterReading,
    MonthPeak,
    PastPeak,
    Phase,
    QuarterSummary,
    RunningQuarter,
    Sample,
    StoredDay,
)

__all__ = [
    "DEFAULT_PORT",
    "Address",
    "Archive",
    "BoardClient",
    "BoardConnectionError",
    "BoardError",
    "BoardHealth",
    "BoardInfo",
    "BoardTimeoutError",
    "DamagedQuarterError",
    "InvalidAddressError",
    "MeterDevice",
    "MeterReading",
    "MonthPeak",
    "NotABoardError",
    "PasswordBlockedError",
    "PasswordError",
    "PasswordMissingError",
    "PastPeak",
    "Phase",
    "QuarterSummary",
    "RefusedError",
    "RunningQuarter",
    "Sample",
    "StoredDay",
    "UnexpectedAnswerError",
    "UnknownPathError",
    "parse_address",
]
