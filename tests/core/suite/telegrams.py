"""Telegrams of meters that were never made, written after the field notes of the Belgian P1 port.

Each is a function of nothing, so that a test can change a line and close the telegram anew.
"""


def crc_bit_by_bit(data):
    """CRC-16/ARC the long way: the tests' own witness."""
    crc = 0
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = (crc >> 1) ^ 0xA001 if crc & 1 else crc >> 1
    return crc


def close(lines):
    """A whole telegram of a meter's lines, with line ends and CRC."""
    data = "\r\n".join(lines).encode() + b"\r\n!"
    return data + f"{crc_bit_by_bit(data):04X}\r\n".encode()


def octets(text):
    """A text as the meter writes identities and messages: hexadecimal digits."""
    return text.encode().hex().upper()


# A house with one phase, gas, and a meter of before the peak registers.
OLD_SINGLE_PHASE = [
    "/FLU5\\253770234_A",
    "",
    "0-0:96.1.4(50213)",
    f"0-0:96.1.1({octets('1SAG1100000001')})",
    "0-0:1.0.0(200115081503W)",
    "1-0:1.8.1(000244.844*kWh)",
    "1-0:1.8.2(000226.027*kWh)",
    "1-0:2.8.1(000139.553*kWh)",
    "1-0:2.8.2(000045.390*kWh)",
    "0-0:96.14.0(0001)",
    "1-0:1.7.0(00.000*kW)",
    "1-0:2.7.0(00.198*kW)",
    "1-0:32.7.0(240.0*V)",
    "1-0:31.7.0(002*A)",
    "0-0:96.3.10(1)",
    "0-0:17.0.0(999.9*kW)",
    "1-0:31.4.0(999*A)",
    "0-0:96.13.0()",
    "0-1:24.1.0(003)",
    f"0-1:96.1.1({octets('7FLO2119000001')})",
    "0-1:24.4.0(1)",
    "0-1:24.2.3(200115081001W)(00071.724*m3)",
]

OLD_SINGLE_PHASE_METER = {
    "identification": "FLU5\\253770234_A",
    "version": "50213",
    "serial": "1SAG1100000001",
    "time": 1579072503,
    "summer": False,
    "quarter_id": 20 << 24 | 1 << 16 | 15 << 8 | 33,
    "consumed_energy_t1": 244844,
    "consumed_energy_t2": 226027,
    "produced_energy_t1": 139553,
    "produced_energy_t2": 45390,
    "tariff": 1,
    "consumed_power": 0,
    "produced_power": 198,
    "breaker": 1,
    "limiter": None,
    "fuse": None,
    "message": "",
    "phases": [{"phase": 1, "voltage": 240000, "current": 2000}],
    "devices": [
        {
            "channel": 1,
            "type_code": 3,
            "type": "gas",
            "serial": "7FLO2119000001",
            "valve": 1,
            "time": 1579072201,
            "value": 71724,
            "unit": "l",
        }
    ],
}

VOID_AND_SUMMER_PEAKS = (
    "(250801000000S)(632525252525W)(00.000*kW)"
    "(250901000000S)(250812090000S)(03.260*kW)"
    "(251001000000S)(250930234500S)(01.747*kW)"
)

# Three phases on the day after the clock change, water on channel 1 and gas on 2, a breaker that
# waits to be closed, a limiter, a message, and a list of peaks with a void and a summer entry.
THREE_PHASE = [
    "/FLU5\\253769484_A",
    "",
    "0-0:96.1.4(50217)",
    f"0-0:96.1.1({octets('1SAG3100000002')})",
    f"0-0:96.1.2({octets('541448800000000003')})",
    "0-0:1.0.0(251027171459W)",
    "1-0:1.8.1(046077.141*kWh)",
    "1-0:1.8.2(031169.657*kWh)",
    "1-0:2.8.1(004279.578*kWh)",
    "1-0:2.8.2(007760.698*kWh)",
    "0-0:96.14.0(0002)",
    "1-0:1.4.0(04.065*kW)",
    "1-0:1.6.0(251026020000W)(25.891*kW)",
    "0-0:98.1.0(3)(1-0:1.6.0)(1-0:1.6.0)" + VOID_AND_SUMMER_PEAKS,
    "1-0:1.7.0(09.258*kW)",
    "1-0:2.7.0(00.000*kW)",
    "1-0:21.7.0(02.399*kW)",
    "1-0:41.7.0(03.181*kW)",
    "1-0:61.7.0(03.677*kW)",
    "1-0:22.7.0(00.000*kW)",
    "1-0:42.7.0(00.001*kW)",
    "1-0:62.7.0(00.000*kW)",
    "1-0:32.7.0(234.3*V)",
    "1-0:52.7.0(233.0*V)",
    "1-0:72.7.0(233.4*V)",
    "1-0:31.7.0(011.12*A)",
    "1-0:51.7.0(015.67*A)",
    "1-0:71.7.0(017.98*A)",
    "0-0:96.3.10(2)",
    "0-0:17.0.0(010.0*kW)",
    "1-0:31.4.0(040*A)",
    f"0-0:96.13.0({octets('Onderbreking op 3/11, caf' + chr(233))})",
    "0-1:24.1.0(007)",
    f"0-1:96.1.1({octets('8SET0000000004')})",
    "0-1:24.2.1(251027171403W)(00872.234*m3)",
    "0-2:24.1.0(003)",
    f"0-2:96.1.1({octets('7FLO2119000005')})",
    "0-2:24.4.0(0)",
    "0-2:24.2.3(251027171001W)(04761.307*m3)",
    "0-3:24.1.0(012)",
    "0-3:24.2.1(251027170000W)(00012.345*GJ)",
]

THREE_PHASE_METER = {
    "identification": "FLU5\\253769484_A",
    "version": "50217",
    "serial": "1SAG3100000002",
    "ean": "541448800000000003",
    "time": 1761581699,
    "summer": False,
    "quarter_id": 25 << 24 | 10 << 16 | 27 << 8 | 68,
    "consumed_energy_t1": 46077141,
    "consumed_energy_t2": 31169657,
    "produced_energy_t1": 4279578,
    "produced_energy_t2": 7760698,
    "tariff": 2,
    "average_demand": 4065,
    # 02:00 W is the end of the second 01:45-02:00 of the night: the quarter before it is 02:45 S.
    "peak": {"time": 1761440400, "quarter_id": 25 << 24 | 10 << 16 | 26 << 8 | 0x80 | 11, "power": 25891},
    "peaks": [
        {"year": 2025, "month": 7, "time": None, "quarter_id": None, "power": 0},
        {
            "year": 2025,
            "month": 8,
            "time": 1754982000,
            "quarter_id": 25 << 24 | 8 << 16 | 12 << 8 | 0x80 | 35,
            "power": 3260,
        },
        {
            "year": 2025,
            "month": 9,
            "time": 1759268700,
            "quarter_id": 25 << 24 | 9 << 16 | 30 << 8 | 0x80 | 94,
            "power": 1747,
        },
    ],
    "consumed_power": 9258,
    "produced_power": 0,
    "breaker": 2,
    "limiter": 10000,
    "fuse": 40000,
    "message": "Onderbreking op 3/11, caf" + chr(233),
    "phases": [
        {"phase": 1, "consumed_power": 2399, "produced_power": 0, "voltage": 234300, "current": 11120},
        {"phase": 2, "consumed_power": 3181, "produced_power": 1, "voltage": 233000, "current": 15670},
        {"phase": 3, "consumed_power": 3677, "produced_power": 0, "voltage": 233400, "current": 17980},
    ],
    "devices": [
        {
            "channel": 1,
            "type_code": 7,
            "type": "water",
            "serial": "8SET0000000004",
            "time": 1761581643,
            "value": 872234,
            "unit": "l",
        },
        {
            "channel": 2,
            "type_code": 3,
            "type": "gas",
            "serial": "7FLO2119000005",
            "valve": 0,
            "time": 1761581401,
            "value": 4761307,
            "unit": "l",
        },
        {"channel": 3, "type_code": 12, "type": "heat", "time": 1761580800, "value": 12345, "unit": "MJ"},
    ],
}

# 3 x 230 V without neutral: phase 2 has no voltage, phases take and give at once.
DELTA_GRID = [
    "/FLU5\\253769484_A",
    "",
    "0-0:96.1.4(50221)",
    f"0-0:96.1.1({octets('1SAG3100000006')})",
    "0-0:96.1.2(2D2D2D2D2D2D2D2D2D2D2D2D2D2D2D2D2D2D)",
    "1-0:94.32.1(230)",
    "0-0:1.0.0(260201001000W)",
    "1-0:1.8.1(000143.608*kWh)",
    "1-0:1.8.2(000170.853*kWh)",
    "1-0:2.8.1(000002.963*kWh)",
    "1-0:2.8.2(000000.427*kWh)",
    "0-0:96.14.0(0002)",
    "1-0:1.4.0(00.078*kW)",
    "1-0:1.6.0(632525252525W)(00.000*kW)",
    "0-0:98.1.0(0)(1-0:1.6.0)(1-0:1.6.0)()",
    "1-0:1.7.0(00.182*kW)",
    "1-0:2.7.0(00.000*kW)",
    "1-0:21.7.0(00.230*kW)",
    "1-0:61.7.0(00.000*kW)",
    "1-0:22.7.0(00.000*kW)",
    "1-0:62.7.0(00.048*kW)",
    "1-0:32.7.0(227.8*V)",
    "1-0:52.7.0(000.0*V)",
    "1-0:72.7.0(231.5*V)",
    "0-0:96.3.10(1)",
    "0-0:17.0.0(99.999*kW)",
    "1-0:31.4.0(999.99*A)",
    "0-0:96.13.0()",
    "0-1:24.1.0(003)",
    "0-1:96.1.1(12345678901234567890123456789012)",
    "0-1:24.4.0(0)",
    "0-1:24.2.3(632525252525W)(00000.000)",
]

DELTA_GRID_METER = {
    "identification": "FLU5\\253769484_A",
    "version": "50221",
    "serial": "1SAG3100000006",
    "grid": 230,
    "time": 1769901000,
    "summer": False,
    "quarter_id": 26 << 24 | 2 << 16 | 1 << 8,
    "consumed_energy_t1": 143608,
    "consumed_energy_t2": 170853,
    "produced_energy_t1": 2963,
    "produced_energy_t2": 427,
    "tariff": 2,
    "average_demand": 78,
    "peaks": [],
    "consumed_power": 182,
    "produced_power": 0,
    "breaker": 1,
    "limiter": None,
    "fuse": None,
    "message": "",
    "phases": [
        {"phase": 1, "consumed_power": 230, "produced_power": 0, "voltage": 227800},
        {"phase": 2, "voltage": 0},
        {"phase": 3, "consumed_power": 0, "produced_power": 48, "voltage": 231500},
    ],
    "devices": [
        {"channel": 1, "type_code": 3, "type": "gas", "serial": "12345678901234567890123456789012", "valve": 0}
    ],
}

# name -> (lines, what they say, lines that cannot be read)
METERS = {
    "old single phase": (OLD_SINGLE_PHASE, OLD_SINGLE_PHASE_METER, 0),
    "three phase": (THREE_PHASE, THREE_PHASE_METER, 0),
    "delta grid": (DELTA_GRID, DELTA_GRID_METER, 2),
}
