"""Harbour Street Dental, part by part: one module for each component of *Online booking*."""
