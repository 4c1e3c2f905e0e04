"""A simulated Flemish house behind a digital meter: telegrams of any second, the same for ever by seed."""
