"""What MicroPython starts on the board: the app of one of the two folders `a` and `b`.

An update never changes this file. The entry `boot` of the chip's memory has two facts: its lowest bit is the
folder whose app is known to be good (0: a), the rest how often the other one may still be tried. The app that
is tried becomes the good one by writing the entry itself (`board/slots.py`).
"""

import os
import sys
import time

import machine
from esp32 import NVS

# Whatever the app does or does not do, a board that stands still starts again.
machine.WDT(timeout=30000)
memory = NVS("digimon")
try:
    boot = memory.get_i32("boot")
except OSError:
    boot = 0
slot = boot & 1
if boot > 1:
    memory.set_i32("boot", boot - 2)
    memory.commit()
    slot ^= 1
try:
    os.chdir("ab"[slot])
    from board.main import run

    run()
except Exception as error:  # noqa: BLE001 (whatever it is, another start may do better)
    sys.print_exception(error)
    if boot <= 1:
        # The good one is broken. The other may be older, but it did run once.
        memory.set_i32("boot", slot + 2)
        memory.commit()
    time.sleep(3)
    machine.reset()
