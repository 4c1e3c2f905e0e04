"""The arithmetic of a quarter and where it is stored, by telegrams and answers worked out by hand."""

from pathlib import Path

from .telegrams import at, telegram
from .twin import Twin

START = at("2026-03-15T18:45:00+01:00")
# 2026-03-15, quarter 75 (18:45), winter.
QUARTER = 26 << 24 | 3 << 16 | 15 << 8 | 75
FILE = "/meter/2026/03/15/1845W.json"


def replay(folder: Path, telegrams: list[bytes]) -> Path:
    stream = folder / "telegrams.txt"
    stream.write_bytes(b"".join(telegrams))
    return stream


def test_an_interval_is_the_truncated_mean_of_its_telegrams(card: Path, tmp_path: Path) -> None:
    powers = [
        # second of the quarter, offtake, injection
        (0, 100, 0),
        (1, 101, 0),
        (4, 103, 0),  # 304 / 3 = 101.3
        (10, 0, 3),
        (11, 0, 4),  # -7 / 2 = -3.5
        (17, 50, 0),
    ]
    expected = (
        f'{{"quarter_id":{QUARTER},"consumed_power_avg":50,"interval_secs":5,'  # (101 + 0 + 50) / 3 = 50.3
        '"consumed_power_interval_avgs":[101,null,0,50],"produced_power_interval_avgs":[0,null,-3,0]}'
    )
    telegrams = [telegram(START + second, consumed, produced) for second, consumed, produced in powers]
    with Twin(replay(tmp_path, telegrams), sd=card) as twin:
        assert twin.wait_replayed() == (6, 0)
        assert twin.get("/current/quarter").text == expected
        assert twin.get("/watt").text == "50"
        assert twin.get(FILE).status == 404


def test_a_quarter_is_stored_when_another_begins(card: Path, tmp_path: Path) -> None:
    telegrams = [telegram(START + 895, 1000), telegram(START + 899, 2001), telegram(START + 900, 77)]
    stored = (
        f'{{"quarter_id":{QUARTER},"consumed_power_avg":1500,"interval_secs":5,"consumed_power_interval_avgs":['
        + "null," * 179
        + '1500],"produced_power_interval_avgs":['
        + "null," * 179
        + "0]}"
    )
    with Twin(replay(tmp_path, telegrams), sd=card) as twin:
        assert twin.wait_replayed() == (3, 0)
        answer = twin.get(FILE)
        assert answer.text == stored
        assert answer.headers["Content-Type"].startswith("application/json")
        assert twin.get("/current/quarter").json()["quarter_id"] == QUARTER + 1
    assert (card / FILE[1:]).read_text() == stored


def test_more_watts_than_sixteen_bits_hold(card: Path, tmp_path: Path) -> None:
    with Twin(replay(tmp_path, [telegram(START, 43210), telegram(START + 5, 0, 40000)]), sd=card) as twin:
        twin.wait_replayed()
        document = twin.get("/current/quarter").json()
        assert document["consumed_power_interval_avgs"] == [43210, 0]
        assert document["produced_power_interval_avgs"] == [0, -40000]


def test_a_meter_without_month_peak_is_shown(card: Path, tmp_path: Path) -> None:
    with Twin(replay(tmp_path, [telegram(START, 321, peak=None)]), sd=card) as twin:
        twin.wait_replayed()
        assert twin.get("/watt").text == "321"
        assert list(twin.get("/current/month/peak").json()) == ["memory"]


def test_the_month_peak_is_the_quarter_that_ends_at_its_stamp(card: Path, tmp_path: Path) -> None:
    end = at("2026-03-02T00:00:00+01:00")
    with Twin(replay(tmp_path, [telegram(START, 321, peak=(end, 4321))]), sd=card) as twin:
        twin.wait_replayed()
        peak = twin.get("/current/month/peak").json()["peak"]
        # 2026-03-01, quarter 95 (23:45).
        assert peak == {"quarter_id": 26 << 24 | 3 << 16 | 1 << 8 | 95, "power": 4321}


def test_the_hour_that_comes_twice_in_october(card: Path, tmp_path: Path) -> None:
    begin = at("2026-10-25T01:45:00+02:00")
    telegrams = [telegram(begin + quarter * 900, 100 + quarter) for quarter in range(11)]
    with Twin(replay(tmp_path, telegrams), sd=card) as twin:
        twin.wait_replayed()
        labels = ["0145S", "0200S", "0215S", "0230S", "0245S", "0200W", "0215W", "0230W", "0245W", "0300W"]
        answers = [twin.get(f"/meter/2026/10/25/{label}.json").json() for label in labels]
        assert [answer["consumed_power_avg"] for answer in answers] == list(range(100, 110))
        listed = twin.get("/historic/quarters?year=2026&month=10&day=25").json()["quarters"]
        assert listed == [answer["quarter_id"] for answer in answers]
        assert listed[1] - listed[5] == 0x80


def test_the_hour_that_is_missing_in_march(card: Path, tmp_path: Path) -> None:
    begin = at("2026-03-29T01:45:00+01:00")
    with Twin(replay(tmp_path, [telegram(begin + quarter * 900, 7) for quarter in range(3)]), sd=card) as twin:
        twin.wait_replayed()
        assert sorted(file.name for file in (card / "meter/2026/03/29").iterdir()) == ["0145W.json", "0300S.json"]


def test_every_month_and_year_has_its_folder(card: Path, tmp_path: Path) -> None:
    midnights = [at("2025-12-31T23:59:59+01:00"), at("2026-01-01T00:00:00+01:00"), at("2026-01-01T00:15:00+01:00")]
    with Twin(replay(tmp_path, [telegram(utc, 10) for utc in midnights]), sd=card) as twin:
        twin.wait_replayed()
        assert twin.get("/meter/2025/12/31/2345W.json").json()["consumed_power_avg"] == 10
        assert twin.get("/meter/2026/01/01/0000W.json").json()["consumed_power_avg"] == 10
        assert twin.get("/historic/years").text == '{"years":[2025,2026]}'
