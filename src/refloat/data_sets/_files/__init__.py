"""The parts of the ``files`` kind of data set."""
