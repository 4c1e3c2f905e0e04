"""A P1 cable on this machine or in the network: the same meter without a board.

`reader` keeps the connection, `meter` makes quarters of its bytes, `keeper` decides what has to be
stored and `store` keeps it as a card would; `archive` and `source` give it to the rest of the
integration, which does not know that there is no board.
"""
