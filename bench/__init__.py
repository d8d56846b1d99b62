"""How fast is probot, beside bots that only echo? Benchmarks; `make bench` runs them."""
