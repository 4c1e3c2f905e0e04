"""Home Assistant's log, after all the other tests have asked their questions."""

import re

import pytest

from .command import Command

pytestmark = pytest.mark.asyncio(loop_scope="session")

_COMPLAINT = re.compile(r"^\S+ \S+ (WARNING|ERROR|CRITICAL) \(.*?\) \[(?P<logger>[^]]+)\]")


async def test_digimon_has_nothing_to_complain_about(command: Command) -> None:
    lines = (command.state.logs / "homeassistant.log").read_text(encoding="utf-8").splitlines()
    complaints = [line for line in lines if (match := _COMPLAINT.match(line)) and "digimon" in match["logger"]]
    assert complaints == []
    # A complaint of another part about us, as of the loader about every custom integration, has our name in it.
    about = [line for line in lines if _COMPLAINT.match(line) and "digimon" in line]
    assert [line for line in about if "has not been tested by Home Assistant" not in line] == []
    assert not any("custom_components/digimon" in line for line in lines)
