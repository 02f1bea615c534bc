"""The only door to the operating system: processes, files, clock, and named fault points."""
