"""What is remembered? Tables, units of work and records; the same on SQLite and PostgreSQL."""
