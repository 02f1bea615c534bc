"""Recoveries and backups, carried out: what to do next is pure, doing it is journaled."""
