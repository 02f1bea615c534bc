"""What every judgement starts from: the facts of each service, and the ways between services."""
