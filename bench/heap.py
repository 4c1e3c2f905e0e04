"""Where the board's heap goes: bytes that each of its parts takes, on 32-bit MicroPython.

Usage: python bench/heap.py
Prints one line of JSON: what was free after a collection once everything before it was there, and what each step took
of that. Nothing here depends on the speed of the machine.
"""

import json
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.board import START, board, get
from simulator.house import House
