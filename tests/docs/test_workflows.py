"""The workflows do as little as they may, and run what was looked at."""

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
from homeassistant.util.yaml import load_yaml_dict

from tests.release_notes import notes_of

from .markdown import ROOT, read

FOLDER = ROOT / ".github/workflows"
WORKFLOWS = sorted(FOLDER.glob("*.yml"), key=lambda path: path.name)

# They bring the rules of today's Home Assistant and catalogue; an older one would tell of yesterday's.
RULES_OF_TODAY = {"hacs/action@main", "home-assistant/actions/hassfest@master"}


def load(path: Path) -> dict[Any, Any]:
    return dict(load_yaml_dict(str(path)))


def steps(path: Path) -> list[dict[str, Any]]:
    return [step for job in load(path)["jobs"].values() for step in job.get("steps", [])]


def workflow(path: Path) -> str:
    return path.stem


def test_there_are_workflows_for_tests_rules_and_releases() -> None:
    assert [path.stem for path in WORKFLOWS] == ["hacs", "hassfest", "release", "tests"]


@pytest.mark.parametrize("path", WORKFLOWS, ids=workflow)
def test_a_workflow_may_only_read_and_one_job_of_all_may_write(path: Path) -> None:
    assert load(path)["permissions"] == {"contents": "read"}
    writing = {name for name, job in load(path)["jobs"].items() if "permissions" in job}
    assert writing == ({"release"} if path.stem == "release" else set())


@pytest.mark.parametrize("path", WORKFLOWS, ids=workflow)
def test_every_job_has_a_name_and_ends(path: Path) -> None:
    for job in load(path)["jobs"].values():
        assert job["name"]
        assert "uses" in job or job["timeout-minutes"]


@pytest.mark.parametrize("path", WORKFLOWS, ids=workflow)
def test_an_action_is_the_commit_that_its_version_was(path: Path) -> None:
    used = re.findall(r"uses: (.+)", path.read_text(encoding="utf-8"))
    assert used
    for action in used:
        assert action in RULES_OF_TODAY or re.fullmatch(
            r"\./\.github/workflows/\w+\.yml|[\w-]+/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", action
        )


@pytest.mark.parametrize("path", WORKFLOWS, ids=workflow)
def test_a_checkout_leaves_no_credentials_behind(path: Path) -> None:
    for step in steps(path):
        if step.get("uses", "").startswith("actions/checkout@"):
            assert step["with"]["persist-credentials"] is False


@pytest.mark.parametrize("path", WORKFLOWS, ids=workflow)
def test_nothing_from_outside_is_pasted_into_a_script(path: Path) -> None:
    # The name of a tag or branch is somebody's text: a script gets it as a variable.
    assert not [step for step in steps(path) if "${{" in step.get("run", "")]


def test_a_release_is_tested_first() -> None:
    jobs = load(FOLDER / "release.yml")["jobs"]
    assert jobs["release"]["needs"] == "tests"
    assert jobs["tests"]["uses"] == "./.github/workflows/tests.yml"
    # What `on:` is for YAML 1.1.
    assert "workflow_call" in load(FOLDER / "tests.yml")[True]


def test_the_notes_of_a_release_are_its_section_of_the_changelog_in_lines_that_are_whole(tmp_path: Path) -> None:
    changelog = """# Changelog

## [0.3.0] - 2027-01-01

### Fixed

- One thing that takes
  more than a line,
  and another.
- Two.

## [0.2.0] - 2026-12-01

- Older.

[0.3.0]: https://example.com/3
"""
    notes = notes_of(changelog, "0.3.0", tmp_path)
    assert notes == "\n### Fixed\n\n- One thing that takes more than a line, and another.\n- Two.\n\n"
    assert notes_of(changelog, "0.2.0", tmp_path) == "\n- Older.\n\n"
    with pytest.raises(subprocess.CalledProcessError):
        notes_of(changelog, "0.1.0", tmp_path)


def test_what_is_written_of_every_version_is_in_its_notes(tmp_path: Path) -> None:
    """Nothing is lost in them, nothing in them goes on in the next line, and a link leads on from any page."""
    text = read("CHANGELOG.md").path.read_text(encoding="utf-8")
    parts = re.split(r"(?m)^## \[([^]]+)\].*$", text.partition("\n[Unreleased]: ")[0])
    assert len(parts) > 4
    for version, section in zip(parts[1::2], parts[2::2], strict=True):
        notes = notes_of(text, version, tmp_path)
        assert notes.split() == section.split()
        assert re.findall(r"(?m)^ .*", notes) == []
        assert [target for target in re.findall(r"\]\(([^)]+)\)", notes) if "://" not in target] == []
