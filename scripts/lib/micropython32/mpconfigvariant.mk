# Objects of the ESP32's size on a 64-bit machine.
MICROPY_FORCE_32BIT = 1

# No library that the machine would need in 32 bits as well, and no threads: the app is one asyncio loop.
MICROPY_PY_BTREE = 0
MICROPY_PY_FFI = 0
MICROPY_PY_SSL = 0
MICROPY_PY_THREAD = 0
MICROPY_VFS_LFS1 = 0

FROZEN_MANIFEST = $(VARIANT_DIR)/manifest.py
