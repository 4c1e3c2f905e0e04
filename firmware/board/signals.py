"""What the light says, in fades, blinks and Morse code. Not loaded while it has nothing to say."""

from . import led

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

# Brightness, of 65,535.
_NORMAL = 20000
_BRIGHT = 65535

# hi, WiFi, sos and bye in Morse code, and how bright.
_SIGNS = {
    led.HELLO: (".... ..", _NORMAL),
    led.SET_UP: (".-- .. ..-. ..", _NORMAL),
    led.FAULT: ("... --- ...", _BRIGHT),
    led.BYE: ("-... -.-- .", _NORMAL),
}
_DOT_MILLISECONDS = 150
_DASH_MILLISECONDS = 450
# Between two letters, besides the dot's length that follows every sign; and before anything else is told.
_LETTER_MILLISECONDS = 300
_TEXT_MILLISECONDS = 1350

_FADE_STEPS = 25
_FADE_MILLISECONDS = 20
_BLINK_MILLISECONDS = 250
_BLINKS = 20


def signal(told: int) -> "Iterator[tuple[int, int]]":
    """How bright, and for how many ms, one after the other."""
    if told == led.IDENTIFY:
        for _ in range(_BLINKS):
            yield _BRIGHT, _BLINK_MILLISECONDS
            yield 0, _BLINK_MILLISECONDS
        return
    if told == led.HELLO:
        for step in range(2 * _FADE_STEPS + 1):
            share = min(step, 2 * _FADE_STEPS - step)
            # The eye sees twice the light as a little more.
            yield _NORMAL * share * share // (_FADE_STEPS * _FADE_STEPS), _FADE_MILLISECONDS
        yield 0, _TEXT_MILLISECONDS
    signs, level = _SIGNS[told]
    for sign in signs:
        if sign == " ":
            yield 0, _LETTER_MILLISECONDS
        else:
            yield level, _DASH_MILLISECONDS if sign == "-" else _DOT_MILLISECONDS
            yield 0, _DOT_MILLISECONDS
    yield 0, _TEXT_MILLISECONDS
