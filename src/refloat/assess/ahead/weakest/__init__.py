"""The smallest sets of losses that keep a service from coming back."""
