"""What Compose files say, each by itself and as one project."""
