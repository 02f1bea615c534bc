"""What could happen, what would come back then, and how long that would take."""
