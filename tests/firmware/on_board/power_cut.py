"""What the board does with its card, on MicroPython and a FAT file system, for `tests.firmware.power_cut`.

Reads one command a line from standard input, JSON, and answers each with a line of JSON. The sectors of the
card are those of an image, and what is written to them goes to a log and nowhere else.
"""

import json
import os
import sys
from struct import pack

import board.store
import vfs
from board.builder import Builder
from board.index import Index
from board.journal import Journal
from board.keeper import Keeper
from board.log import Log
from board.store import Store

from core.clock import quarter_id_at
from core.quarter import QuarterAccumulator

_SECTOR = 512
_SECTORS = 4
_SECTOR_SIZE = 5
_PREPARED = "/prepared"
# The builder looks at the clock for when to stop; these are more than it ever takes.
_MOST_STEPS = 100000


class Card:
    """The sectors of an image, and what was written over them."""

    def __init__(self, image, log):
        self.now = 0
        self._image = open(image, "rb")
        self._sectors = self._image.seek(0, 2) // _SECTOR
        self._log = open(log, "w+b")
        # For each sector that was written, where in the log it stands: the sectors themselves of a whole day would
        # ask for a heap that takes longer to collect than everything else takes.
        self._written = {}
        self._log_end = 0
        self.writes = 0

    def info(self):
        return self._sectors * _SECTOR, _SECTOR

    def deinit(self):
        """The same card goes on after a restart of the board."""

    def close(self):
        self._image.close()
        self._log.close()

    def readblocks(self, block, buffer):
        view = memoryview(buffer)
        for start in range(0, len(view), _SECTOR):
            written = self._written.get(block)
            if written is None:
                self._image.seek(block * _SECTOR)
                self._image.readinto(view[start : start + _SECTOR])
            else:
                self._log.seek(written)
                self._log.readinto(view[start : start + _SECTOR])
            block += 1

    def writeblocks(self, block, buffer):
        view = memoryview(buffer)
        for start in range(0, len(view), _SECTOR):
            self._log.seek(self._log_end)
            self._log.write(pack("<II", block, self.now))
            self._log.write(view[start : start + _SECTOR])
            self._written[block] = self._log_end + 8
            self._log_end += 8 + _SECTOR
            self.writes += 1
            block += 1

    def ioctl(self, what, _argument):
        return self._sectors if what == _SECTORS else _SECTOR if what == _SECTOR_SIZE else 0


class Nobody:
    """Clients and port of a board that nobody asks anything."""

    clients = 0
    taken = 0


class Life:
    """The board from power to its end."""

    def __init__(self, card):
        board.store.SDCard = lambda **_pins: card
        self._card = card
        self._log = Log()
        self.store = Store(self._log)
        self._index = index = Index(self.store)
        self.keeper = Keeper(self.store, Journal(self.store), index)
        self.builder = Builder(self.store, index, self.keeper, Nobody, Nobody)
        self._accumulator = QuarterAccumulator()
        self._log.write("start")
        self.store.start()
        self.keeper.card_came()

    def live(self, begin, end, step=1):
        """A telegram every so many seconds."""
        utc = begin
        while utc < end:
            self._card.now = utc
            meter = {
                "time": utc,
                "quarter_id": quarter_id_at(utc),
                "consumed_power": utc // 5 * 7919 % 5000,
                "produced_power": utc // 5 * 104729 % 3000,
                "consumed_energy_t1": utc % 1000000000,
            }
            self._accumulator.add(meter)
            self.keeper.take(self._accumulator.running, meter)
            self.builder.step()
            utc += step

    def settle(self):
        """Let the background finish."""
        for _ in range(_MOST_STEPS):
            if self.builder.progress()["state"] == "ready" and not self._index.waiting:
                return
            self.builder.step()

    def end(self):
        self.keeper.stop()
        self.store.stop()


def prepare(command):
    """Put files on a new card."""
    card = Card(command["image"], command["log"])
    vfs.mount(card, _PREPARED)
    for path, text in command["files"].items():
        folder = _PREPARED
        for name in path.split("/")[1:-1]:
            folder += "/" + name
            try:
                os.mkdir(folder)
            except OSError:
                pass
        with open(_PREPARED + path, "w") as file:
            file.write(text)
    vfs.umount(_PREPARED)
    card.close()
    return {"writes": card.writes}


def record(command):
    """Live for a while, with restarts in order at some moments."""
    card = Card(command["image"], command["log"])
    begin = command["begin"]
    for end in command["restarts"] + [command["end"]]:
        life = Life(card)
        life.live(begin, end)
        begin = end
        if end != command["end"]:
            life.end()
    state = life.store.state
    vfs.umount("/sd")
    card.close()
    return {"writes": card.writes, "state": state}


def recover(command):
    """Start with what a cut has left, and live on until the next quarter is stored."""
    card = Card(command["image"], command["log"])
    card.now = command["begin"]
    life = Life(card)
    # One telegram in every interval, and the first one behind the last quarter.
    life.live(command["begin"], command["end"] - 1, 5)
    life.live(command["end"] - 1, command["end"])
    life.settle()
    state = life.store.state
    index = life.builder.progress()["state"]
    if state == "ok":
        vfs.umount("/sd")
    card.close()
    return {"writes": card.writes, "state": state, "index": index}


def main():
    while True:
        line = sys.stdin.readline()
        if not line:
            return
        command = json.loads(line)
        answer = {"prepare": prepare, "record": record, "recover": recover}[command["do"]](command)
        print("=" + json.dumps(answer))


main()
