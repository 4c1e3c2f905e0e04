"""What one telegram costs: splitting, CRC, decoding, adding it to its quarter. Runs on both runtimes.

Usage: python bench/telegrams.py, or MICROPYPATH=firmware:bench micropython -X heapsize=1m bench/telegrams.py
Prints one line of JSON: per step the microseconds, and under MicroPython the bytes it allocates.
"""

import gc
import json
import time

from core.obis import Decoder
from core.quarter import Quarter, QuarterAccumulator
from core.telegram import TelegramSplitter, crc16

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

ROUNDS = 200

IDENTITY = "0-0:96.1.1(3153414733313030303030303032)"
PEAKS = "".join(
    f"(25{month:02d}01000000W)(24{month:02d}15174500W)({month:02d}.{month:02d}1*kW)" for month in range(1, 13)
)
# The fields of a three-phase meter with gas, water and a full list of month peaks.
LINES = (
    "/FLU5\\253769484_A",
    "",
    "0-0:96.1.4(50217)",
    IDENTITY,
    "0-0:1.0.0(251027171459W)",
    "1-0:1.8.1(046077.141*kWh)",
    "1-0:1.8.2(031169.657*kWh)",
    "1-0:2.8.1(004279.578*kWh)",
    "1-0:2.8.2(007760.698*kWh)",
    "0-0:96.14.0(0002)",
    "1-0:1.4.0(04.065*kW)",
    "1-0:1.6.0(251026020000W)(25.891*kW)",
    "0-0:98.1.0(12)(1-0:1.6.0)(1-0:1.6.0)" + PEAKS,
    "1-0:1.7.0(09.258*kW)",
    "1-0:2.7.0(00.000*kW)",
    "1-0:21.7.0(02.399*kW)",
    "1-0:41.7.0(03.181*kW)",
    "1-0:61.7.0(03.677*kW)",
    "1-0:22.7.0(00.000*kW)",
    "1-0:42.7.0(00.000*kW)",
    "1-0:62.7.0(00.000*kW)",
    "1-0:32.7.0(234.3*V)",
    "1-0:52.7.0(233.0*V)",
    "1-0:72.7.0(233.4*V)",
    "1-0:31.7.0(011.12*A)",
    "1-0:51.7.0(015.67*A)",
    "1-0:71.7.0(017.98*A)",
    "0-0:96.3.10(1)",
    "0-0:17.0.0(999.9*kW)",
    "1-0:31.4.0(999*A)",
    "0-0:96.13.0()",
    "0-1:24.1.0(003)",
    "0-1:96.1.1(37464C4F32313139303030303035)",
    "0-1:24.4.0(1)",
    "0-1:24.2.3(251027171001W)(04761.307*m3)",
    "0-2:24.1.0(007)",
    "0-2:96.1.1(3853455430303030303030303034)",
    "0-2:24.2.1(251027171403W)(00872.234*m3)",
)

BODY = "\r\n".join(LINES).encode() + b"\r\n!"
TELEGRAM = BODY + f"{crc16(BODY):04X}\r\n".encode()
# The next second: another time, other powers, voltages and currents.
NEXT_BODY = BODY.replace(b"1459W", b"1500W").replace(b"09.258", b"09.361").replace(b"046077.141", b"046077.144")
for old, new in ((b"02.399", b"02.401"), (b"03.181", b"03.202"), (b"234.3", b"234.1"), (b"011.12", b"011.14")):
    NEXT_BODY = NEXT_BODY.replace(old, new)
NEXT_TELEGRAM = NEXT_BODY + f"{crc16(NEXT_BODY):04X}\r\n".encode()
# What the UART hands over at 20 ms and 115,200 baud.
CHUNK = 230


def microseconds() -> int:
    """A clock for differences, the only one that both runtimes have."""
    return time.time_ns() // 1000


def cost(step: Callable[[], object]) -> dict[str, float | None]:
    """Mean microseconds of a step, and the bytes that one call of it leaves to the collector (None on CPython)."""
    step()
    start = microseconds()
    for _ in range(ROUNDS):
        step()
    elapsed = (microseconds() - start) / ROUNDS
    allocated = None
    if hasattr(gc, "mem_alloc"):
        gc.collect()
        gc.disable()
        before = gc.mem_alloc()
        step()
        allocated = gc.mem_alloc() - before
        gc.enable()
    return {"microseconds": elapsed, "bytes": allocated}


def bytecode_pass() -> int:
    """The yardstick: a loop over the bytes of the telegram that only adds them."""
    total = 0
    for byte in TELEGRAM:
        total += byte
    return total


def main() -> None:
    """Measure and print."""
    splitter = TelegramSplitter()
    decoder = Decoder()
    accumulator = QuarterAccumulator()
    meter = decoder.decode(TELEGRAM)
    quarter = Quarter(meter["quarter_id"])
    for second in range(0, 900, 5):
        quarter.add(second, 1234 + second, 567)

    def decode_next() -> None:
        decoder.decode(NEXT_TELEGRAM)
        decoder.decode(TELEGRAM)

    def split() -> None:
        for start in range(0, len(TELEGRAM), CHUNK):
            splitter.feed(TELEGRAM[start : start + CHUNK])

    print(
        json.dumps(
            {
                "telegram_bytes": len(TELEGRAM),
                "yardstick": cost(bytecode_pass),
                "crc": cost(lambda: crc16(TELEGRAM)),
                "split": cost(split),
                "decode_first": cost(lambda: Decoder().decode(TELEGRAM)),
                "decode_two_more": cost(decode_next),
                "accumulate": cost(lambda: accumulator.add(meter)),
                "document": cost(lambda: sum(len(piece) for piece in quarter.document())),
            }
        )
    )


main()
