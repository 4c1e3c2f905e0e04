"""What holds for any stream of bytes, on every runtime."""

import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from .conftest import Worker
from .worker import decode

sys.path.insert(0, str(Path(__file__).parent / "suite"))

from telegrams import METERS, close

TELEGRAMS = [close(lines) for lines, _, _ in METERS.values()]

# The fixture is a process that keeps no state between questions.
several = settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)

telegrams = st.sampled_from(TELEGRAMS)
garbage = st.binary(max_size=300).map(lambda data: data.replace(b"/", b"."))
cut = st.builds(lambda telegram, length: telegram[: length % (len(telegram) - 2)], telegrams, st.integers(1, 2000))
wrong = st.builds(
    lambda telegram, place: (
        telegram[: 20 + place % 300] + bytes([telegram[20 + place % 300] ^ 1]) + telegram[21 + place % 300 :]
    ),
    telegrams,
    st.integers(0, 2000),
)
long_line = st.builds(lambda length: b"/FLU5\\1\r\n0-0:96.13.0(" + b"3" * length + b")\r\n", st.integers(4000, 9000))


@st.composite
def damaged_lines(draw: st.DrawFn) -> bytes:
    """A telegram with lines doubled, dropped, cut or without their unit, closed with a good CRC."""
    lines = list(draw(st.sampled_from([lines for lines, _, _ in METERS.values()])))
    for _ in range(draw(st.integers(1, 5))):
        place = draw(st.integers(2, len(lines) - 1))
        line = lines[place]
        lines[place : place + 1] = draw(
            st.sampled_from([[line, line], [], [line[: len(line) // 2]], [line.split("*")[0] + ")"], [line + "("]])
        ) or [line]
    return close(lines)


@st.composite
def changed_numbers(draw: st.DrawFn) -> bytes:
    """A telegram with other digits in some of its values, as the next second brings."""
    lines = list(draw(st.sampled_from([lines for lines, _, _ in METERS.values()])))
    for _ in range(draw(st.integers(1, 8))):
        place = draw(st.integers(2, len(lines) - 1))
        code, bracket, values = lines[place].partition("(")
        old, new = draw(st.tuples(st.sampled_from("0123456789"), st.sampled_from("0123456789")))
        lines[place] = code + bracket + values.replace(old, new)
    return close(lines)


@st.composite
def chunks(draw: st.DrawFn, stream: bytes) -> list[str]:
    """A stream cut anywhere, as hexadecimal text."""
    cuts = sorted(draw(st.lists(st.integers(0, len(stream)), max_size=12)))
    return [stream[a:b].hex() for a, b in zip([0, *cuts], [*cuts, len(stream)], strict=True)]


@pytest.fixture(scope="module")
def stream_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file that every example writes anew."""
    return tmp_path_factory.mktemp("stream") / "telegrams.txt"


noise = st.one_of(garbage, cut, wrong, long_line, damaged_lines())


@several
@given(data=st.data(), before=st.lists(st.one_of(noise, st.binary(max_size=400)), max_size=4), telegram=telegrams)
def test_the_next_good_telegram_is_always_taken(
    runtime: Worker, data: st.DataObject, before: list[bytes], telegram: bytes
) -> None:
    """Whatever came before it and wherever the chunks are cut; and every runtime counts the same rejects."""
    stream = b"".join(before) + telegram
    found, rejected = runtime.ask("split", data.draw(chunks(stream)))
    assert found[-1] == telegram[:-2].hex()
    assert [found, rejected] == runtime.ask("split", [stream.hex()])


@several
@given(data=st.data(), parts=st.lists(st.one_of(garbage, telegrams), max_size=6))
def test_every_good_telegram_among_garbage_is_taken(runtime: Worker, data: st.DataObject, parts: list[bytes]) -> None:
    """Bytes that begin no telegram cost nothing and are no reject."""
    found, rejected = runtime.ask("split", data.draw(chunks(b"".join(parts))))
    assert found == [part[:-2].hex() for part in parts if part in TELEGRAMS]
    assert not any(rejected.values())


@several
@given(
    telegram=st.one_of(
        st.binary(max_size=600),
        damaged_lines(),
        wrong,
        st.lists(
            st.from_regex(rb"[01]-[0-3]:[0-9]{1,2}\.[0-9]{1,2}\.[0-9](\([0-9SW.*kWhVA-]{0,14}\)){0,4}"), max_size=9
        ).map(b"\r\n".join),
    )
)
def test_decoding_never_fails_and_is_the_same_everywhere(runtime: Worker, telegram: bytes) -> None:
    """Any bytes decode to some document, to the same one on every runtime."""
    answer = runtime.ask("decode", [telegram.hex()])
    assert answer == decode([telegram.hex()])


@several
@given(sequence=st.lists(st.one_of(damaged_lines(), telegrams, changed_numbers()), min_size=2, max_size=5))
def test_what_came_before_leaves_nothing_behind(runtime: Worker, sequence: list[bytes]) -> None:
    """A telegram says the same after any other telegrams as on its own."""
    answers = runtime.ask("decode", [telegram.hex() for telegram in sequence])
    assert answers == [decode([telegram.hex()])[0] for telegram in sequence]


@several
@given(
    seconds=st.lists(st.integers(0, 3599), min_size=1, max_size=60).map(sorted),
    powers=st.lists(st.tuples(st.integers(0, 99999), st.integers(0, 99999)), min_size=60, max_size=60),
)
def test_quarters_follow_the_written_arithmetic(
    runtime: Worker, stream_file: Path, seconds: list[int], powers: list[tuple[int, int]]
) -> None:
    """The documents of an hour equal those of an independent computation, to the byte."""
    lines = ["/FLU5\\1", "", *("",) * 3]
    stream = b""
    quarters: dict[int, dict[int, list[tuple[int, int]]]] = {}
    for second, (consumed, produced) in zip(seconds, powers, strict=False):
        lines[2] = f"0-0:1.0.0(26011512{second // 60:02d}{second % 60:02d}W)"
        lines[3] = f"1-0:1.7.0({consumed // 1000:02d}.{consumed % 1000:03d}*kW)"
        lines[4] = f"1-0:2.7.0({produced // 1000:02d}.{produced % 1000:03d}*kW)"
        stream += close(lines)
        quarters.setdefault(second // 900, {}).setdefault(second % 900 // 5, []).append((consumed, produced))
    expected = []
    for quarter, intervals in quarters.items():
        size = max(intervals) + 1
        consumed_means: list[int | None] = [None] * size
        produced_means: list[int | None] = [None] * size
        for interval, values in intervals.items():
            consumed_means[interval] = sum(value[0] for value in values) // len(values)
            produced_means[interval] = -(sum(value[1] for value in values) // len(values))
        present = [mean for mean in consumed_means if mean is not None]
        expected.append(
            f'{{"quarter_id":{26 << 24 | 1 << 16 | 15 << 8 | 48 + quarter},'
            f'"consumed_power_avg":{sum(present) // len(present)},"interval_secs":5,'
            f'"consumed_power_interval_avgs":{_array(consumed_means)},'
            f'"produced_power_interval_avgs":{_array(produced_means)}}}'
        )
    stream_file.write_bytes(stream)
    assert runtime.ask("quarters", str(stream_file)) == expected


def _array(values: list[int | None]) -> str:
    return "[" + ",".join("null" if value is None else str(value) for value in values) + "]"
