"""The two verdicts of a service, and all that hangs on them."""
