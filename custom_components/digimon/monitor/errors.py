"""What can go wrong between us and a board; nothing else leaves this package."""


class InvalidAddressError(ValueError):
    """What a person typed is the address of nothing."""


class BoardError(Exception):
    """The board did not give what was asked for."""


class BoardConnectionError(BoardError):
    """No connection, or it was lost before the answer was complete."""


class BoardTimeoutError(BoardError):
    """No complete answer in the time a board may take."""


class UnexpectedAnswerError(BoardError):
    """An answer that the API does not have.

    :ivar status: the HTTP status when that is what was unexpected, else None.
    """

    def __init__(self, message: str, *, status: int | None = None) -> None:
        super().__init__(message)
        self.status = status


class UnknownPathError(UnexpectedAnswerError):
    """404: the firmware does not know this path."""


class NotABoardError(BoardError):
    """Something answers here, but no board of ours and no original one."""
