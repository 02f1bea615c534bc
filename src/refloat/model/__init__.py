"""The words: frozen dataclasses and enums that every other room speaks."""
