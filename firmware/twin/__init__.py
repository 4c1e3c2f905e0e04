"""The board as a process: the same app on 32-bit MicroPython, with stand-ins for its hardware."""
