"""What a decision on a target changes."""
