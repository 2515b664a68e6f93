"""The filter: which pictures of a pool show exactly one person well enough, and of every other one why not."""
