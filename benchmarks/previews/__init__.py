"""What it costs to show pictures while they are made."""
