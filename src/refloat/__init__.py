"""Refloat proves that a business can come back."""

__version__ = "0.1.0"
