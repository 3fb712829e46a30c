"""Mystery shopping and observations."""
