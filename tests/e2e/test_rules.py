"""What the newest Home Assistant itself says of what we say: its Marketplace, its icons, and its words."""

import asyncio
import json
import os
import re
from asyncio.subprocess import PIPE
from pathlib import Path
from typing import Any

import pytest

from .command import ROOT

# In the loop of the others, whose connections go on meanwhile: Home Assistant hangs up on who does not answer it.
pytestmark = pytest.mark.asyncio(loop_scope="session")

COMPONENT = ROOT / "custom_components/digimon"

# In its own environment: each key by the schema that its Marketplace has for it.
_VALIDATE = """
import json, sys
import homeassistant
from homeassistant.components.marketplace.utils import validate
for path, schemas in ((sys.argv[1], validate.REPOSITORY_MANIFEST_VALUES),
                      (sys.argv[2], validate.INTEGRATION_MANIFEST_VALUES)):
    document = json.load(open(path))
    for key, schema in schemas.items():
        if key in document:
            schema(document[key])
            print(key)
"""
_ICONS = "import hass_frontend; print(hass_frontend.where())"


async def newest(program: str, *arguments: str | Path) -> str:
    """What a program says in the environment of the newest Home Assistant."""
    python = Path(os.environ["DIGIMON_HOMEASSISTANT"]) / "bin/python"
    process = await asyncio.create_subprocess_exec(python, "-c", program, *arguments, stdout=PIPE, stderr=PIPE)
    output, errors = await process.communicate()
    assert process.returncode == 0, errors.decode()
    return output.decode()


async def test_its_marketplace_reads_all_that_we_tell_it() -> None:
    read = (await newest(_VALIDATE, ROOT / "hacs.json", COMPONENT / "manifest.json")).split()
    assert read == ["hide_default_branch", "homeassistant", "name", "codeowners", "config_flow", "name"]


async def test_it_has_every_icon_that_we_name() -> None:
    icons = Path((await newest(_ICONS)).strip()) / "static/mdi/iconList.json"
    known = {icon["name"] for icon in json.loads(icons.read_text(encoding="utf-8"))}
    ours = set(named(json.loads((COMPONENT / "icons.json").read_text(encoding="utf-8"))))
    assert len(known) > 7000
    assert {icon for icon in ours if icon.removeprefix("mdi:") not in known} == set()


# Where the way through its settings begins, and the documents that show it.
_WAYS = [
    ("en", "Settings", "README.md"),
    ("en", "Settings", "docs/troubleshooting.md"),
    ("nl", "Instellingen", "README.nl.md"),
    ("nl", "Instellingen", "docs/handleiding.nl.md"),
]


@pytest.mark.parametrize(("language", "begin", "document"), _WAYS)
async def test_the_way_through_its_settings_is_the_one_that_we_tell(language: str, begin: str, document: str) -> None:
    words = {"Digimon", *named(json.loads((COMPONENT / f"translations/{language}.json").read_text(encoding="utf-8")))}
    for path in (Path((await newest(_ICONS)).strip()) / "static/translations").rglob(f"{language}-*.json"):
        words |= set(named(json.loads(path.read_text(encoding="utf-8"))))
    text = (ROOT / document).read_text(encoding="utf-8")
    ways = re.findall(rf"\*\*{begin}\*\*(?:,\s+\*\*[^*]+\*\*)+", text)
    assert ways
    assert {word for way in ways for word in re.findall(r"\*\*([^*]+)\*\*", way)} - words == set()


def named(node: Any) -> list[str]:
    """All icons, or words, in a document."""
    if isinstance(node, str):
        return [node]
    return [name for value in node.values() for name in named(value)]
