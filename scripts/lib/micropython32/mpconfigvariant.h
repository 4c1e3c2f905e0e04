// MicroPython's unix port with what the ESP32 port has and with its objects: words of 32 bits, floats of
// single precision. What a heap holds here, it holds on the board.

// The ESP32 port stands on this level of features too.
#define MICROPY_CONFIG_ROM_LEVEL (MICROPY_CONFIG_ROM_LEVEL_EXTRA_FEATURES)

#define MICROPY_FLOAT_IMPL (MICROPY_FLOAT_IMPL_FLOAT)

// Enabled on the ESP32, above its level or outside the levels.
#define MICROPY_PY_IO_BUFFEREDWRITER (1)
#define MICROPY_PY_OS_SYNC (1)
#define MICROPY_PY_ALL_INPLACE_SPECIAL_METHODS (1)

// The rest is what any unix process wants; the folder of this file is not below the port's, so -I finds it.
#include "variants/mpconfigvariant_common.h"
