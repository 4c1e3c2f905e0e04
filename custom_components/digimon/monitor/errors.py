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


class DamagedQuarterError(UnexpectedAnswerError):
    """What the card has of a quarter is no quarter document: a power cut or a fault of the card ruined it."""


class UnknownPathError(UnexpectedAnswerError):
    """404: the firmware does not know this path."""


class NotABoardError(BoardError):
    """Something answers here, but no board of ours and no original one."""


class PasswordError(BoardError):
    """The board's admin password is another one."""


class PasswordMissingError(PasswordError):
    """The board wants its admin password, and we have none."""


class PasswordBlockedError(BoardError):
    """Too many wrong passwords: the board takes none for a while.

    :ivar retry_after: seconds until it does; None when it does not say.
    """

    def __init__(self, message: str, *, retry_after: int | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class RefusedError(BoardError):
    """The board understood and will not.

    :ivar reason: in its own words, one line.
    """

    def __init__(self, message: str, *, reason: str = "") -> None:
        super().__init__(message)
        self.reason = reason
