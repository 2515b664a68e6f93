"""The flowing pool: pictures by the hash of their bytes, each with where it comes from and under which licence."""
