"""Who and what can reach copies, keys and the tools that restore."""
