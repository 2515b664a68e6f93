"""Rounds: the flywheel's turn, from the machine's answers to people's, and from theirs to a better machine."""
