"""What does the protocol say? The study as a frozen model, read from YAML that remembers its places."""
