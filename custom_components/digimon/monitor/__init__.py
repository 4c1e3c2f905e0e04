"""Typed client of the board's HTTP API.

Speaks to our own firmware and to the original one (docs/board-api.md), and knows nothing of Home
Assistant: it takes an aiohttp session and gives frozen models or one of the named errors.
"""

from .address import DEFAULT_PORT, Address, parse_address
from .client import BoardClient
from .errors import (
    BoardConnectionError,
    BoardError,
    BoardTimeoutError,
    InvalidAddressError,
    NotABoardError,
    PasswordBlockedError,
    PasswordError,
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
    RunningQuarter,
    Sample,
)

__all__ = [
    "DEFAULT_PORT",
    "Address",
    "BoardClient",
    "BoardConnectionError",
    "BoardError",
    "BoardHealth",
    "BoardInfo",
    "BoardTimeoutError",
    "InvalidAddressError",
    "MeterDevice",
    "MeterReading",
    "MonthPeak",
    "NotABoardError",
    "PasswordBlockedError",
    "PasswordError",
    "PastPeak",
    "Phase",
    "RefusedError",
    "RunningQuarter",
    "Sample",
    "UnexpectedAnswerError",
    "UnknownPathError",
    "parse_address",
]
