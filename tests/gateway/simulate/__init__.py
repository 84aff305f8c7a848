"""The simulated city: what it says, and that it says it over the real protocols."""
