"""What could happen, and how long it would take to come back; the plan and its facts looked ahead."""
