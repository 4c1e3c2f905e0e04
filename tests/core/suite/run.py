"""Runs the suite under MicroPython: every function whose name begins with test_.

Usage: MICROPYPATH=<folder of core>:<this folder> micropython run.py
Prints "ok NAME" or the traceback and "FAILED NAME" per test, and ends with status 1 after a failure.
"""

import sys

import test_clock
import test_obis
import test_quarter
import test_records
import test_stored
import test_telegram

failed = 0
passed = 0
for suite in (test_clock, test_telegram, test_obis, test_quarter, test_records, test_stored):
    for name in sorted(dir(suite)):
        if not name.startswith("test_"):
            continue
        try:
            getattr(suite, name)()
        except Exception as error:  # noqa: BLE001 - a test may fail in any way
            sys.print_exception(error)
            print("FAILED", name)
            failed += 1
        else:
            print("ok", name)
            passed += 1
print(passed, "passed,", failed, "failed")
sys.exit(1 if failed else 0)
