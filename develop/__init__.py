"""The whole product on one machine: simulated house, board and Home Assistant."""
