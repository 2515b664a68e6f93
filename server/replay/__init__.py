"""A request that is sent twice under one `Idempotency-Key` runs once; a stream that broke off is taken up again."""
