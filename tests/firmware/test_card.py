"""The card over restarts, and a board whose card is missing, full of faults or back again."""

import json
import shutil
import signal
from pathlib import Path

import pytest

from .telegrams import at, telegram
from .twin import Twin, Wire, wait_for

START = at("2026-03-15T18:45:00+01:00")
FILE = "/meter/2026/03/15/1845W.json"
NEXT_FILE = "/meter/2026/03/15/1900W.json"

# A board tries a card that failed every 10 seconds, of which each lasts a tenth here.
HURRY = ("--hurry", "10")

# A folder that nobody can write to, not even root.
READ_ONLY = Path("/sys/kernel")


def stream(folder: Path, seconds: range) -> Path:
    """A file with a telegram for each of some seconds of the quarter; W is 1000 and the second."""
    path = folder / f"telegrams-{seconds.start}.txt"
    path.write_bytes(b"".join(telegram(START + second, 1000 + second) for second in seconds))
    return path


def consumed(twin: Twin, path: str) -> list[int | None]:
    found: list[int | None] = twin.get(path).json()["consumed_power_interval_avgs"]
    return found


def test_a_restart_in_mid_quarter_keeps_the_samples(card: Path, tmp_path: Path) -> None:
    with Twin(stream(tmp_path, range(0, 300, 5)), sd=card) as twin:
        twin.wait_replayed()
        assert twin.stop() == 0
    with Twin(stream(tmp_path, range(350, 910, 5)), sd=card) as twin:
        twin.wait_replayed()
        kept = [1000 + 5 * index for index in range(60)]
        new = [1350 + 5 * index for index in range(110)]
        assert consumed(twin, FILE) == kept + [None] * 10 + new
        assert consumed(twin, "/current/quarter") == [1900, 1905]


def test_after_a_restart_the_running_quarter_is_shown_whole(card: Path, tmp_path: Path) -> None:
    with Twin(stream(tmp_path, range(0, 20, 5)), sd=card) as twin:
        twin.wait_replayed()
    with Twin(stream(tmp_path, range(30, 35, 5)), sd=card) as twin:
        twin.wait_replayed()
        assert consumed(twin, "/current/quarter") == [1000, 1005, 1010, 1015, None, None, 1030]
        # An interval that goes on after the restart counts what came after it.
    with Twin(stream(tmp_path, range(31, 33)), sd=card) as twin:
        twin.wait_replayed()
        assert consumed(twin, "/current/quarter") == [1000, 1005, 1010, 1015, None, None, 1031]


def test_a_file_that_becomes_shorter_has_no_tail(card: Path, tmp_path: Path) -> None:
    file = card / FILE[1:]
    file.parent.mkdir(parents=True)
    intervals = ",".join(["12345"] * 2)
    original = (
        f'{{"quarter_id":{26 << 24 | 3 << 16 | 15 << 8 | 75},"consumed_power_avg":12345,"interval_secs":5,'
        f'"consumed_power_interval_avgs":[{intervals}],"produced_power_interval_avgs":[0,0]}}'
    )
    file.write_text(original + ",0,0,0]}" * 200)
    with Twin(stream(tmp_path, range(5)), sd=card) as twin:
        twin.wait_replayed()
    assert json.loads(file.read_text())["consumed_power_interval_avgs"] == [1002, 12345]


@pytest.mark.parametrize("text", ["", '{"quarter_id":', "[]", "\xff\xfe", '{"quarter_id":1}', "{" * 4000])
def test_a_file_that_says_nothing_counts_as_none(card: Path, tmp_path: Path, text: str) -> None:
    file = card / FILE[1:]
    file.parent.mkdir(parents=True)
    file.write_bytes(text.encode("latin-1"))
    with Twin(stream(tmp_path, range(895, 905, 5)), sd=card) as twin:
        twin.wait_replayed()
        assert "Traceback" not in twin.output
        assert consumed(twin, FILE) == [None] * 179 + [1895]


def test_without_a_card_everything_else_works(tmp_path: Path) -> None:
    with Twin(stream(tmp_path, range(880, 920, 5))) as twin:
        assert twin.wait_replayed() == (8, 0)
        assert twin.info()["card"] == {"state": "missing"}
        assert consumed(twin, "/current/quarter") == [1900, 1905, 1910, 1915]
        assert twin.get(FILE).status == 404
        assert twin.get("/historic/years").text == "{}"


def test_with_a_read_only_card_everything_else_works(tmp_path: Path) -> None:
    with Twin(stream(tmp_path, range(880, 920, 5)), sd=READ_ONLY) as twin:
        assert twin.wait_replayed() == (8, 0)
        assert twin.info()["card"] == {"state": "fault"}
        assert consumed(twin, "/current/quarter") == [1900, 1905, 1910, 1915]
        twin.wait_line("card: OSError")


def test_a_card_at_fault_is_used_again_when_it_works(card: Path, wire: Wire) -> None:
    # A file where the folder should be: nothing can be stored, in any file system.
    (card / "meter").write_text("")
    with Twin(wire.source, sd=card, options=HURRY) as twin:
        wire.send(telegram(START + 898, 1) + telegram(START + 900, 2))
        wait_for(lambda: twin.info()["card"]["state"] == "fault")
        (card / "meter").unlink()
        wait_for(lambda: twin.info()["card"]["state"] == "ok")
        # What it did not take is there now, and so is what comes after it.
        assert consumed(twin, FILE) == [None] * 179 + [1]
        wire.send(telegram(START + 1800, 3))
        wait_for(lambda: twin.get(NEXT_FILE).status == 200)
        log = twin.get("/crashlog.txt").text
        assert log.index("card: OSError") < log.index("card: ok again")


def test_a_card_that_is_pulled_and_put_back(card: Path, wire: Wire) -> None:
    away = card.with_name("in a pocket")
    with Twin(wire.source, sd=card, options=HURRY) as twin:
        wire.send(telegram(START, 1))
        wait_for(lambda: twin.info()["telegrams"]["good"] == 1)
        card.rename(away)
        wire.send(telegram(START + 900, 2))
        wait_for(lambda: twin.info()["card"]["state"] == "missing")
        assert twin.get("/watt").text == "2"
        away.rename(card)
        wait_for(lambda: twin.info()["card"]["state"] == "ok")
        assert consumed(twin, FILE) == [1]


def test_a_power_cut_leaves_a_card_that_is_read(card: Path, tmp_path: Path) -> None:
    with Twin(stream(tmp_path, range(0, 905, 5)), sd=card) as twin:
        twin.wait_replayed()
        twin.stop(signal.SIGKILL)
    with Twin("/dev/null", sd=card) as twin:
        assert consumed(twin, FILE) == [1000 + 5 * index for index in range(180)]


def test_the_settings_on_the_card(card: Path) -> None:
    settings = {"wifi": {"ssid": "home", "password": "x"}, "network": {"dhcp": True, "device_name": "Meter kast!"}}
    (card / "config.json").write_text(json.dumps(settings))
    with Twin("/dev/null", sd=card, options=("--name", "other")) as twin:
        assert twin.info()["name"] == "Meter-kast"


@pytest.mark.parametrize("text", ["{}", '{"network":[]}', '{"network":{"device_name":7}}'])
def test_settings_without_a_network_lead_to_the_set_up_page(card: Path, text: str) -> None:
    (card / "config.json").write_text(text)
    with Twin("/dev/null", sd=card) as twin:
        wait_for(lambda: 'name="ssid"' in twin.get("/info").text)


@pytest.mark.parametrize("text", ["", "{", "[]", "null", "\xff"])
def test_settings_that_cannot_be_read(card: Path, text: str) -> None:
    (card / "config.json").write_bytes(text.encode("latin-1"))
    with Twin("/dev/null", sd=card) as twin:
        assert twin.info()["name"] == "digimon"


@pytest.mark.parametrize("text", ["", '{"wifi":{"ssid":"ho', "[]", "\0" * 300, "\xff"])
def test_settings_that_were_cut_while_they_were_saved_are_those_of_the_backup(card: Path, text: str) -> None:
    settings = {"wifi": {"ssid": "home", "password": "x"}, "network": {"device_name": "kast"}}
    (card / "config.json").write_bytes(text.encode("latin-1"))
    (card / "config.bak").write_text(json.dumps(settings))
    # Without its card, too, it is the board that it was.
    with Twin("/dev/null", sd=card, options=("--name", "other")) as twin:
        assert twin.info()["name"] == "kast"


def test_the_log_does_not_grow_for_ever(card: Path) -> None:
    (card / "crashlog.txt").write_text("an old line\n" * 6000)
    with Twin("/dev/null", sd=card) as twin:
        log = twin.get("/crashlog.txt").text
        assert "an old line" not in log
        assert "start: " in log


def test_the_card_is_not_needed_to_be_served(card: Path, wire: Wire) -> None:
    with Twin(wire.source, sd=card) as twin:
        wire.send(telegram(START, 1))
        wait_for(lambda: twin.info()["telegrams"]["good"] == 1)
        shutil.rmtree(card)
        wire.send(telegram(START + 900, 2))
        wait_for(lambda: twin.get("/watt").text == "2")
        for path in ("/", "/current/quarter", "/info", "/historic/years", FILE, "/crashlog.txt"):
            assert twin.get(path).status in (200, 404)
