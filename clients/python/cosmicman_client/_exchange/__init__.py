"""How a call becomes requests and an answer: bodies, tries, pauses, streams. None of it is public."""
