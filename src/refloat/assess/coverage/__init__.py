"""What is copied, for how long, and what nobody told of."""
