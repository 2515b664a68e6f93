"""People where it matters: what they are asked, what their answers say of the machine, and where they work."""
