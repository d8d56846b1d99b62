"""Which shape does the YAML have? One model for each thing a coordinator writes; every key with its meaning."""
