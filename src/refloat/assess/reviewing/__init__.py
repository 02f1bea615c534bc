"""The review of a whole organisation, and what is handed to others of it."""
