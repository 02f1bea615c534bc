"""What Refloat remembers: rows that index the ledger, and can be made again from it."""
