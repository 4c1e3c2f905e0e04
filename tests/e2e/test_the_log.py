"""Home Assistant's log, after all the other tests have asked their questions."""

import pytest

from .command import Command
from .complaints import complaints

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_digimon_has_nothing_to_complain_about(command: Command) -> None:
    lines = (command.state.logs / "homeassistant.log").read_text(encoding="utf-8").splitlines()
    # Ours have our name in them, and so has what another part says of us, as the loader about every custom integration.
    assert complaints(lines) == []
    assert not any("custom_components/digimon" in line for line in lines)
