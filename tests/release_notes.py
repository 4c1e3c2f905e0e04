"""The notes of a release, as .github/workflows/release.yml takes them out of the changelog."""

import os
import subprocess
from pathlib import Path

from homeassistant.util.yaml import load_yaml_dict

_WORKFLOW = Path(__file__).parents[1] / ".github/workflows/release.yml"
_STEP = "Take this version's section of the changelog"


def notes_of(changelog: str, version: str, folder: Path) -> str:
    """Run that step.

    :param folder: in which it works.
    :raises subprocess.CalledProcessError: the changelog does not have the version.
    """
    jobs = dict(load_yaml_dict(str(_WORKFLOW)))["jobs"]
    (script,) = (step["run"] for step in jobs["release"]["steps"] if step.get("name") == _STEP)
    (folder / "CHANGELOG.md").write_text(changelog, encoding="utf-8")
    environment = os.environ | {"TAG": f"v{version}"}
    subprocess.run(["bash", "-e", "-c", script], cwd=folder, env=environment, check=True, capture_output=True)
    return (folder / "notes.md").read_text(encoding="utf-8")
