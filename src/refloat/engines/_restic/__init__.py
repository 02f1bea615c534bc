"""The parts of the engine restic."""
