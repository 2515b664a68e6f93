"""Wording: from what is known of a person to the sentences that say it."""
