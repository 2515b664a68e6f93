"""How much one caller may ask for: requests a minute, and generations at a time."""
