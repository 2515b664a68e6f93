"""Evaluation: pictures of unseen descriptions, questions answered about them, and scores with intervals."""
