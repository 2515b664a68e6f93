"""The ledger: what was asked, answered, decided and trained, round by round, in one durable file."""
