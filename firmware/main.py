"""What MicroPython starts on the board."""

from board.main import run

run()
