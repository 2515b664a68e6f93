"""What crosses the line to an engine in another process: messages, and steps thinned out on the way."""
