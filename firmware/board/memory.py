"""What the heap holds, and the most it ever held."""

import gc

# Collecting early costs a few milliseconds each time and keeps the heap from being torn to pieces.
GARBAGE_BYTES = 4096


class Memory:
    """The highest use of the Python heap, seen where it peaks.

    :ivar highest: the most bytes in use so far, garbage included.
    """

    def __init__(self) -> None:
        self.highest = 0
        gc.threshold(GARBAGE_BYTES)

    def note(self) -> None:
        """Look at the heap; called where much is in use, before garbage is collected."""
        self.highest = max(self.highest, gc.mem_alloc())

    def collect(self) -> None:
        """Note the use and throw the garbage away."""
        self.note()
        gc.collect()


def size() -> int:
    """Bytes of the Python heap."""
    return gc.mem_alloc() + gc.mem_free()


def free() -> int:
    """Bytes of the Python heap that are free once garbage is collected."""
    gc.collect()
    return gc.mem_free()
