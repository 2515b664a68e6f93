"""The parser: a small network that says of every pixel which item it shows, trained on figures."""
