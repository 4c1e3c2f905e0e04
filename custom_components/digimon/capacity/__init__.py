"""The Flemish capacity tariff: month peaks, the bill in euros, the forecast of the quarter and the warning.

Pure functions of values: power in whole W, energy in whole Wh, instants in seconds since 1970 (UTC) by the meter's
own clock, money in `Decimal`. No clock, no network, no Home Assistant. What the rules are and where they come from is
in docs/capacity-tariff.md.
"""
