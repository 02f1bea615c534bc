"""The parts of the ``postgresql`` kind of data set."""
