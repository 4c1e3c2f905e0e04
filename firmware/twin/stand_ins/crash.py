"""Makes each task of the app fail once, to see what becomes of it."""

import asyncio
import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_sleep_ms = asyncio.sleep_ms


def prepare(path: str) -> None:
    """Let every task that sleeps fail once as soon as a file is there."""
    failed = []

    def sleep_ms(milliseconds: int) -> "Any":
        task = asyncio.current_task()
        if task not in failed and _is_there(path):
            failed.append(task)
            raise RuntimeError("on purpose")
        return _sleep_ms(milliseconds)

    asyncio.sleep_ms = sleep_ms  # type: ignore[assignment]
    asyncio.sleep = lambda seconds: sleep_ms(int(1000 * seconds))  # type: ignore[assignment]


def _is_there(path: str) -> bool:
    try:
        os.stat(path)
    except OSError:
        return False
    return True
