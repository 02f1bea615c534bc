"""The parts of the ``ldap`` kind of data set."""
