"""What is shown in a browser, on the page of a board and on a card in Home Assistant."""
