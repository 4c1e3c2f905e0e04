"""Powers as they are shown: a figure that changes every five seconds by nothing to speak of is not written each time.

Of the room that is left rather too little is shown than too much: it falls at once and rises when it is worth it.
"""

_ROOM_STEP_W = 50
_ROOM_RISES_W = 100
_ROOM_RISES_PART = 10
_PROJECTION_STEP_W = 10
_PROJECTION_MOVES_W = 30


def settle_room(shown_w: int | None, room_w: int) -> int:
    """What is shown of some room, never more than there is.

    It rises by 100 W or a tenth, whichever is more: late in a quarter that took little there is room for far more than
    any house has, and nobody needs that to the W.

    :param shown_w: what was shown before; None when nothing was.
    """
    if shown_w is not None and shown_w <= room_w < shown_w + max(_ROOM_RISES_W, abs(shown_w) // _ROOM_RISES_PART):
        return shown_w
    return room_w // _ROOM_STEP_W * _ROOM_STEP_W


def settle_limit(shown_w: int | None, limit_w: int) -> int:
    """What is shown of a limit that loads are steered by: never more than it is, and less than 60 W below it."""
    if shown_w is not None and shown_w <= limit_w < shown_w + _ROOM_STEP_W:
        return shown_w
    return limit_w // _PROJECTION_STEP_W * _PROJECTION_STEP_W


def settle_projection(shown_w: int | None, projected_w: int) -> int:
    """What is shown of a projection: within 30 W of it."""
    if shown_w is not None and abs(projected_w - shown_w) < _PROJECTION_MOVES_W:
        return shown_w
    return projected_w // _PROJECTION_STEP_W * _PROJECTION_STEP_W
