"""Questions: what can be asked about a person in a picture, and how it is worded."""
