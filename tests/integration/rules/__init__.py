"""The rules by which Home Assistant's hassfest and HACS judge an integration, as far as a checkout can tell.

Neither is in a package (home-assistant/core, script/hassfest; hacs/integration, custom_components/hacs/validate); CI
runs the real ones as well. What they would take and the integration does not have is refused here: a key gets its rule
when it is needed.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import probatio as vol

from custom_components.digimon.const import DOMAIN

ROOT = Path(__file__).parents[3]
FOLDER = ROOT / "custom_components" / DOMAIN


def load(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def faults(rule: Callable[[Any], object], data: object) -> list[str]:
    """What a rule has against data, each fault with the way to it; none when there is nothing."""
    try:
        rule(data)
    except vol.MultipleInvalid as invalid:
        return [str(error) for error in invalid.errors]
    except vol.Invalid as invalid:
        return [str(invalid)]
    return []
