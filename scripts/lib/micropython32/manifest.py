"""What is frozen into the 32-bit MicroPython: what every ESP32 image has frozen too."""

include("$(MPY_DIR)/extmod/asyncio")
