"""What a request asks for, what it is told, and the limits that both keep to."""
