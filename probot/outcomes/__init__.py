"""What comes of the treatment: adverse events with their states and their clock, and the primary endpoint."""
