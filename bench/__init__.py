"""Measurements, as ratios within one run or as bytes and counts; see docs/performance.md."""
