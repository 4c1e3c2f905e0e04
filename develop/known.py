"""Boards that Home Assistant knows from its first start, for who need not see them added."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_SINCE = "2026-11-01T00:00:00+00:00"


@dataclass(frozen=True, kw_only=True)
class KnownBoard:
    """A board that was added by its address.

    :ivar port: at which it listens on this machine.
    :ivar serial: its identity.
    :ivar title: under which it stands in the list of integrations.
    """

    port: int
    serial: str
    title: str


def add_known(storage: Path, boards: list[KnownBoard]) -> None:
    """Write what Home Assistant keeps of the integrations that were added.

    :param storage: its folder of such documents, which has none of them yet.
    """
    document = {
        "version": 1,
        "minor_version": 5,
        "key": "core.config_entries",
        "data": {"entries": [_entry(number, board) for number, board in enumerate(boards)]},
    }
    (storage / "core.config_entries").write_text(json.dumps(document), encoding="utf-8")


def _entry(number: int, board: KnownBoard) -> dict[str, Any]:
    return {
        "created_at": _SINCE,
        "data": {"host": "127.0.0.1", "port": board.port},
        "disabled_by": None,
        "discovery_keys": {},
        "domain": "digimon",
        "entry_id": f"01J{number:023d}",
        "minor_version": 1,
        "modified_at": _SINCE,
        "options": {},
        "pref_disable_new_entities": False,
        "pref_disable_polling": False,
        "source": "user",
        "subentries": [],
        "title": board.title,
        "unique_id": board.serial,
        "version": 1,
    }
