"""What people need when no system answers."""
