"""The ledger: canonical bytes, signatures, the append-only log of evidence, and its verifier.

This package imports nothing when it is imported, so that ``python -m refloat.ledger.verify`` runs
with the standard library and ``cryptography`` alone. Only ``log`` uses Refloat's error tree.
"""
