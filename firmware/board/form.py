"""The form of set-up mode: what may stand in it."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    Fields = dict[str, str]

_LONGEST_SSID_BYTES = 32
_LONGEST_NAME = 32
_SHORTEST_PASSWORD = 8
_LONGEST_PASSWORD = 63
_LONGEST_ADMIN = 64
# A key instead of a password: 256 bits in hexadecimal digits.
_KEY_DIGITS = 64


def errors(fields: "Fields", stored_ssid: "str | None", secured: bool) -> "Fields":
    """What is wrong, by field: the keys of texts.

    :param stored_ssid: the network whose password the board has, so that none has to be entered.
    :param secured: whether the chosen network is known to ask for a password.
    """
    wrong = {}
    ssid = fields.get("ssid", "")
    if not ssid:
        wrong["ssid"] = "ssid_needed"
    elif len(ssid.encode()) > _LONGEST_SSID_BYTES:
        wrong["ssid"] = "ssid_long"
    password = fields.get("pass", "")
    if password:
        if not _is_password(password):
            wrong["pass"] = "pass_length"  # noqa: S105 (the key of a text)
    elif secured and ssid != stored_ssid:
        wrong["pass"] = "pass_needed"  # noqa: S105 (the key of a text)
    admin = fields.get("admin", "")
    if admin and not _SHORTEST_PASSWORD <= len(admin) <= _LONGEST_ADMIN:
        wrong["admin"] = "admin_length"
    if not _is_name(fields.get("device_name", "")):
        wrong["device_name"] = "device_name_wrong"
    choice = fields.get("ip_config")
    if choice == "static":
        wrong.update(_wrong_addresses(fields))
    elif choice != "dhcp":
        wrong["ip_config"] = "ip_config_wrong"
    return wrong


def _is_password(text: str) -> bool:
    length = len(text.encode())
    if length == _KEY_DIGITS:
        return all(c in "0123456789abcdefABCDEF" for c in text)
    return _SHORTEST_PASSWORD <= length <= _LONGEST_PASSWORD


def _is_name(text: str) -> bool:
    letters = all(c == "-" or c in "0123456789" or "a" <= c <= "z" or "A" <= c <= "Z" for c in text)
    return letters and 0 < len(text) <= _LONGEST_NAME and text[0] != "-" and text[-1] != "-"


def _wrong_addresses(fields: "Fields") -> "Fields":
    numbers = {key: _address(fields.get(key, "")) for key in ("ip", "gateway", "subnet")}
    wrong = {key: "address_wrong" for key, number in numbers.items() if number is None}
    if wrong:
        return wrong
    ip, gateway, subnet = numbers["ip"] or 0, numbers["gateway"] or 0, numbers["subnet"] or 0
    hosts = subnet ^ 0xFFFFFFFF
    # A mask is ones and then zeros; one with no room for two hosts is none for a house.
    if hosts & (hosts + 1) or hosts < 3 or subnet == 0:
        return {"subnet": "subnet_wrong"}
    if ip & hosts in (0, hosts) or ip >> 24 in (0, 127) or ip >> 28 >= 14:
        wrong["ip"] = "ip_wrong"
    if gateway & subnet != ip & subnet or gateway == ip or gateway & hosts in (0, hosts):
        wrong["gateway"] = "gateway_wrong"
    return wrong


def _address(text: str) -> "int | None":
    parts = text.strip().split(".")
    if len(parts) != 4 or not all(part.isdigit() and len(part) < 4 and int(part) < 256 for part in parts):
        return None
    number = 0
    for part in parts:
        number = number << 8 | int(part)
    return number
