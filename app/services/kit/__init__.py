"""What all domains use."""
