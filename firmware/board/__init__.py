"""The app on the ESP32: reads the meter, keeps every quarter on the card and answers over HTTP."""
