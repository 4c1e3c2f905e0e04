"""What a digital meter is: the telegram, the quarter and the clock.

The ground floor of digimon. Written once, in the Python that CPython and MicroPython share,
and with integers only: W, Wh, mV, mA, l and seconds since 1970 (UTC). It knows neither Home
Assistant nor hardware.
"""
