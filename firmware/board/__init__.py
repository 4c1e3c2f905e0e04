"""The app on the ESP32: reads the meter, keeps every quarter on the card and answers over HTTP."""

from . import memory

# Before anything else is loaded: what lives for ever then lies close together, and leaves room in one piece.
memory.collect_early()
