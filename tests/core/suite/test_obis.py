"""The fields of a telegram, on both runtimes."""

from telegrams import METERS, THREE_PHASE, THREE_PHASE_METER, close, octets

from core.obis import Decoder, decode


def changed(old, new):
    """The three-phase meter with a line put in another's place, decoded."""
    lines = [new if line.startswith(old) else line for line in THREE_PHASE]
    assert lines != THREE_PHASE
    return decode(close(lines))


def test_every_meter_is_read_whole():
    for name, (lines, meter, unreadable) in METERS.items():
        decoder = Decoder()
        assert decoder.decode(close(lines)) == meter, name
        assert decoder.unreadable == unreadable, name


def test_the_order_of_the_lines_is_free():
    for name, (lines, meter, _) in METERS.items():
        assert decode(close(lines[:2] + lines[:1:-1])) == meter, name


def test_a_line_that_cannot_be_read_is_absent_and_costs_nothing_else():
    damages = (
        ("1-0:1.7.0", "1-0:1.7.0(09.258)", "consumed_power"),
        ("1-0:1.7.0", "1-0:1.7.0(09.258*kWh)", "consumed_power"),
        ("1-0:1.7.0", "1-0:1.7.0()", "consumed_power"),
        ("1-0:1.7.0", "1-0:1.7.0(-9.258*kW)", "consumed_power"),
        ("1-0:1.7.0", "1-0:1.7.0(09.2x8*kW)", "consumed_power"),
        ("1-0:1.7.0", "1-0:1.7.0(09.2581*kW)", "consumed_power"),
        ("1-0:1.7.0", "1-0:1.7.0(09.258*kW", "consumed_power"),
        ("1-0:1.7.0", "1-0:1.7.0(09.258*kW)(1)", "consumed_power"),
        ("0-0:96.14.0", "0-0:96.14.0(x)", "tariff"),
        ("1-0:1.6.0", "1-0:1.6.0(632525252525W)(00.000*kW)", "peak"),
        ("1-0:1.6.0", "1-0:1.6.0(25.891*kW)", "peak"),
        ("0-0:98.1.0", "0-0:98.1.0(1)(1-0:1.6.0)(1-0:1.6.0)(250801000000S)(632525252525W)(00)", "peaks"),
        ("0-0:96.13.0", "0-0:96.13.0(4)", "message"),
        ("0-0:96.13.0", "0-0:96.13.0(4G)", "message"),
    )
    for old, new, key in damages:
        expected = dict(THREE_PHASE_METER)
        del expected[key]
        assert changed(old, new) == expected, new


def test_without_a_time_there_is_no_quarter():
    meter = changed("0-0:1.0.0", "0-0:1.0.0(632525252525W)")
    assert "time" not in meter
    assert "summer" not in meter
    assert "quarter_id" not in meter


def test_the_version_1_current_has_no_decimals():
    assert changed("1-0:31.7.0", "1-0:31.7.0(002*A)")["phases"][0]["current"] == 2000


def test_an_identity_that_is_not_set_is_absent():
    for digits in ("", "3030303030", "2D2D2D2D", "20202020"):
        assert "ean" not in changed("0-0:96.1.2", f"0-0:96.1.2({digits})"), digits


def test_a_peak_stamp_off_the_quarter_belongs_to_the_quarter_before():
    meter = changed("1-0:1.6.0", "1-0:1.6.0(251027134558W)(02.589*kW)")
    assert meter["peak"]["quarter_id"] == 25 << 24 | 10 << 16 | 27 << 8 | 54


def test_the_month_of_a_peak_is_the_one_that_ended():
    meter = changed("0-0:98.1.0", "0-0:98.1.0(1)(1-0:1.6.0)(1-0:1.6.0)(260101000000W)(260101000000W)(02.589*kW)")
    assert meter["peaks"] == [
        {
            "year": 2025,
            "month": 12,
            "time": 1767222000,
            "quarter_id": 25 << 24 | 12 << 16 | 31 << 8 | 95,
            "power": 2589,
        }
    ]


def test_only_what_changed_is_read_and_nothing_stale_stays():
    decoder = Decoder()
    without_peaks = [line for line in THREE_PHASE if not line.startswith("0-0:98.1.0")]
    lives = (
        THREE_PHASE,
        [line.replace("09.258", "00.001") for line in THREE_PHASE],
        [line.replace("(09.258*kW)", "()") for line in THREE_PHASE],
        without_peaks,
        without_peaks + ["0-0:98.1.0(0)(1-0:1.6.0)(1-0:1.6.0)()"],
        THREE_PHASE + ["1-0:1.7.0(00.700*kW)"],
        THREE_PHASE[:5] + ["1-0:1.7.0(00.700*kW)"] + THREE_PHASE[5:],
        THREE_PHASE[:5] + ["1-0:1.7.0(00.800*kW)"] + THREE_PHASE[5:],
        [line.replace("04761", "04762") for line in THREE_PHASE],
        [line.replace(octets("541448800000000003"), "") for line in THREE_PHASE],
        THREE_PHASE[:-3],
        THREE_PHASE,
    )
    for lines in lives:
        fresh = Decoder()
        expected = fresh.decode(close(lines))
        assert decoder.decode(close(lines)) == expected, lines
        assert decoder.unreadable == fresh.unreadable
    assert decoder.decode(close(THREE_PHASE)) == THREE_PHASE_METER


def test_a_message_of_1024_characters():
    text = "Hoog verbruik! " * 68 + "Einde"
    assert changed("0-0:96.13.0", f"0-0:96.13.0({octets(text)})")["message"] == text


def test_a_message_that_is_no_text_stays_printable():
    assert changed("0-0:96.13.0", "0-0:96.13.0(00410A42FF)")["message"] == "?A?B" + chr(255)


def test_an_unknown_code_is_not_read():
    assert decode(close(THREE_PHASE + ["9-9:9.9.9(1)", "0-4:99.1.0(5)", "text", "(", ")"])) == THREE_PHASE_METER


def test_no_telegram_has_no_fields():
    for data in (b"", b"\r\n\r\n", b"\xff\xfe\n(((\n)))\n", b"!", b"1-0:1.7.0(\n"):
        assert decode(data) == {}
