"""Whatever comes over the wire, the next good telegram is taken, and what was lost is counted with its reason."""

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from .telegrams import at, close, lines, telegram
from .twin import Twin, Wire, wait_for

NOW = at("2026-03-15T00:00:00+01:00")


class Port:
    """The P1 port of a board."""

    def __init__(self, twin: Twin, wire: Wire) -> None:
        self.twin = twin
        self._wire = wire
        self._second = 0

    def next_telegram(self) -> bytes:
        """A good telegram like none before."""
        self._second += 1
        return telegram(NOW + self._second, self._second)

    def counters(self) -> dict[str, Any]:
        """Telegrams taken and rejected so far."""
        found: dict[str, Any] = self.twin.info()["telegrams"]
        return found

    def takes(self, good: bytes, noise: bytes = b"") -> None:
        """Send a good telegram and wait until it is the last one."""
        self._wire.send(noise + good)
        wait_for(lambda: self.twin.get("/telegram").body == good)

    def takes_the_next_after(self, noise: bytes) -> dict[str, int]:
        """Send something and then a good telegram, and see that one taken.

        :returns: how many more were rejected, by reason.
        """
        before = self.counters()["rejected"]
        self.takes(self.next_telegram(), noise)
        after = self.counters()["rejected"]
        more = {reason: number - before.get(reason, 0) for reason, number in after.items()}
        return {reason: number for reason, number in more.items() if number}


@pytest.fixture(scope="module")
def port() -> Iterator[Port]:
    with Wire() as wire, Twin(wire.source) as twin:
        yield Port(twin, wire)
        assert "Traceback" not in twin.output


GOOD = telegram(NOW - 1, 1234)
# A meter that hides a value, repeats a line and leaves out a unit, with a correct CRC.
ODD = close(
    [*lines(NOW - 2, 55), "1-0:1.7.0(00.066*kW)", "1-0:1.7.0(00.077*kW)", "1-0:2.8.1(000010.000)", "0-1:24.2.3()"]
)

NOISE = [
    (b"", {}),
    (b"\0\xff" * 300, {}),
    (b"hello\r\n!\r\n!12\r\n", {}),
    # Cut off anywhere: the next telegram begins within it.
    (GOOD[:3], {"cut": 1}),
    (GOOD[:100], {"cut": 1}),
    (GOOD[: GOOD.find(b"!")], {"cut": 1}),
    (GOOD[: GOOD.find(b"!") + 3], {"no_crc": 1}),
    (GOOD[50:], {}),
    # Damaged.
    (GOOD.replace(b"01.234", b"01.235"), {"crc": 1}),
    (GOOD[:-6] + b"0000\r\n", {"crc": 1}),
    (GOOD[:60] + b"\xff\x00/\x80" + GOOD[60:], {"crc": 1}),
    # As meters of before DSMR 4 send it.
    (b"/ISk5\\2ME382-1003\r\n\r\n0-0:96.1.1(4B41)\r\n1-0:1.7.0(0001.01*kW)\r\n!\r\n", {"no_crc": 1}),
    # Longer than any telegram.
    (b"/FLU5\\x\r\n" + b"0-0:96.13.0(" + b"41" * 2500 + b")\r\n!0000\r\n", {"too_long": 1}),
    (b"/" * 5000, None),
    (b"/FLU5\\x\r\n" * 1000, None),
    (b"!" * 5000, {}),
    # Good ones, more than one at once.
    (GOOD * 3, {}),
    (ODD, {}),
    (GOOD.replace(b"\r\n", b"\n"), {"crc": 1}),
]


@pytest.mark.parametrize(("noise", "rejected"), NOISE)
def test_the_next_telegram_after(port: Port, noise: bytes, rejected: dict[str, int] | None) -> None:
    counted = port.takes_the_next_after(noise)
    if rejected is not None:
        assert counted == rejected


def test_a_field_that_cannot_be_read_is_absent(port: Port) -> None:
    port.takes(ODD)
    meter = port.twin.get("/current/meter").json()
    assert meter["consumed_power"] == 77
    assert "produced_energy_t1" not in meter
    assert "devices" not in meter or "value" not in meter["devices"][0]


def test_a_telegram_without_time_or_power_moves_no_quarter(port: Port) -> None:
    port.takes_the_next_after(b"")
    before = port.twin.get("/current/quarter").text
    for missing in ("0-0:1.0.0", "1-0:1.7.0", "1-0:2.7.0"):
        without = close([line for line in lines(NOW + 1, 9999) if not line.startswith(missing)])
        port.takes(without)
        assert port.twin.get("/current/quarter").text == before


def test_a_telegram_with_the_longest_text_message(port: Port) -> None:
    long = close([*lines(NOW + 2, 1), f"0-0:96.13.0({'41' * 1024})"])
    port.takes(long)
    assert port.twin.get("/current/meter").json()["message"] == "A" * 1024
    assert port.takes_the_next_after(b"") == {}


def test_every_telegram_of_a_storm_is_counted(port: Port) -> None:
    before = port.counters()["good"]
    storm = b"".join(port.next_telegram() for _ in range(500))
    port.takes_the_next_after(storm)
    assert port.counters()["good"] - before == 501


PIECES = st.one_of(
    st.binary(max_size=600),
    st.builds(lambda start, stop: GOOD[start:stop], st.integers(0, 300), st.integers(0, 300)),
    st.sampled_from([b"/", b"!", b"!0000", b"/FLU5\\", b"\r\n", b"(", b"1-0:1.7.0(", GOOD, ODD]),
)


@settings(
    max_examples=100,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(noise=st.lists(PIECES, max_size=12).map(b"".join))
def test_the_next_telegram_after_anything(port: Port, noise: bytes) -> None:
    port.takes_the_next_after(noise)
