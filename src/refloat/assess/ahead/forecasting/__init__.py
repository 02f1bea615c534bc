"""The forecast of a recovery: what has to be done, how long it takes, and with what to do it."""
