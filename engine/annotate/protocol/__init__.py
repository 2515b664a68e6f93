"""Protocol: what is asked about a picture of a person, when it can be asked, and where the answers are written."""
