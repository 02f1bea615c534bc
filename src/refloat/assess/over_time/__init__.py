"""How judgement changes: over a time, and with the plan."""
