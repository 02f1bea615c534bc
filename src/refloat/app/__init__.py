"""What can be asked for: one file a use case; permission and approval are decided here."""
