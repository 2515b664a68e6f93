"""Grammar: from words to noun phrases, and from those to the groups they tell of."""
