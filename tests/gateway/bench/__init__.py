"""The benchmarks' own parts: that what they build is a store, and what they compute is right."""
