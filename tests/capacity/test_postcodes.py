"""A postcode suggests a grid area; the person decides."""

from itertools import pairwise
from pathlib import Path

import pytest

from custom_components.digimon.capacity.billing import Region
from custom_components.digimon.capacity.postcodes import Place, read_postcodes, suggest
from custom_components.digimon.capacity.rates import Area

RANGES = read_postcodes()

# Postcodes of town halls, with those whose neighbours are in another area.
TOWNS = {
    Area.ANTWERPEN: (2000, 2018, 2180, 2280, 2390, 2500, 2570, 2660, 2845, 2850, 2900, 2930, 2980),
    Area.HALLE_VILVOORDE: (1500, 1540, 1570, 1600, 1700, 1730, 1800, 1840, 1930, 1980),
    Area.IMEWO: (
        8000,
        8301,
        8400,
        8420,
        8450,
        8490,
        8730,
        8810,
        9000,
        9090,
        9160,
        9180,
        9230,
        9240,
        9270,
        9340,
        9520,
        9800,
        9820,
        9860,
        9880,
        9900,
        9940,
        9990,
    ),
    Area.KEMPEN: (2200, 2240, 2260, 2290, 2300, 2370, 2387, 2400, 2440, 2460, 2490, 2910, 2920, 2990),
    Area.LIMBURG: (2430, 2431, 3500, 3600, 3700, 3798, 3800, 3920, 3980, 3990),
    Area.MIDDEN_VLAANDEREN: (
        1547,
        9100,
        9120,
        9150,
        9170,
        9190,
        9200,
        9220,
        9250,
        9280,
        9300,
        9400,
        9450,
        9500,
        9550,
        9570,
        9620,
        9660,
    ),
    Area.WEST: (
        8430,
        8460,
        8470,
        8500,
        8600,
        8630,
        8700,
        8750,
        8790,
        8800,
        8820,
        8900,
        8970,
        9600,
        9630,
        9667,
        9700,
        9770,
        9790,
        9870,
        9890,
    ),
    Area.ZENNE_DIJLE: (1560, 1910, 2220, 2235, 2580, 2590, 2800, 2830, 2860, 2880, 2890, 3000, 3110, 3200, 3300, 3473),
}


@pytest.mark.parametrize("area", TOWNS)
def test_the_towns_of_an_area(area: Area) -> None:
    for postcode in TOWNS[area]:
        assert suggest(RANGES, postcode) == Place(Region.FLANDERS, area), postcode


def test_elsewhere_in_belgium_there_is_a_region_and_no_area() -> None:
    assert suggest(RANGES, 1000) == suggest(RANGES, 1210) == Place(Region.BRUSSELS, None)
    assert suggest(RANGES, 1300) == suggest(RANGES, 4000) == suggest(RANGES, 7999) == Place(Region.WALLONIA, None)


def test_every_postcode_has_one_place() -> None:
    assert [suggest(RANGES, postcode) is not None for postcode in range(1000, 10_000)] == [True] * 9000
    for before, after in pairwise(RANGES):
        assert after.first == before.last + 1


@pytest.mark.parametrize("postcode", [0, 999, 10_000, -1])
def test_what_is_no_postcode_has_no_place(postcode: int) -> None:
    assert suggest(RANGES, postcode) is None


def test_a_file_out_of_order_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "postcodes.csv"
    path.write_text("first,last,place\n2000,2100,antwerpen\n2050,2200,kempen\n", encoding="utf-8")
    with pytest.raises(ValueError, match="out of order"):
        read_postcodes(path)
