# Written by firmware/build.py: what the build was told.
VERSION: str
BOARD: str
