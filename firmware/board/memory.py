"""What the heap holds, and the most it ever held."""

import gc
import sys

# Collecting early costs a few milliseconds each time and keeps the heap from being torn to pieces.
_GARBAGE_BYTES = 2048


# What passes through the board in one piece: of the P1 port, of a request, of an answer.
_SCRATCH_BYTES = 512


class Memory:
    """The highest use of the Python heap, seen where it peaks; and the memory that everything passes through.

    :ivar highest: the most bytes in use so far, garbage included.
    :ivar scratch: bytes for all, each for as long as nobody else gets a turn: after an ``await`` they are another's.
    """

    def __init__(self) -> None:
        self.highest = 0
        self.scratch = bytearray(_SCRATCH_BYTES)

    def note(self) -> None:
        """Look at the heap; called where much is in use, before garbage is collected."""
        self.highest = max(self.highest, gc.mem_alloc())

    def collect(self) -> None:
        """Note the use and throw the garbage away."""
        self.note()
        gc.collect()


def collect_early() -> None:
    """Collect after every few KB of garbage."""
    gc.threshold(_GARBAGE_BYTES)


def unload(*names: str) -> None:
    """Let go of modules of the app that are needed once in a while only.

    :param names: with their packages.
    """
    for name in names:
        sys.modules.pop(name, None)
        package, _, module = name.partition(".")
        try:
            delattr(sys.modules[package], module)
        except (AttributeError, KeyError):
            # It is not known by this name.
            pass


def size() -> int:
    """Bytes of the Python heap."""
    return gc.mem_alloc() + gc.mem_free()


def free() -> int:
    """Bytes of the Python heap that are free once garbage is collected."""
    gc.collect()
    return gc.mem_free()
