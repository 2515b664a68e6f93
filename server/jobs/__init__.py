"""Jobs: generations that are answered 202 at once, survive the process that took them, and are asked for later."""
