"""The board's app on real MicroPython, by what it does over real sockets."""
