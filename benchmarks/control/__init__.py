"""What control reaches: pictures that keep to layouts and poses."""
