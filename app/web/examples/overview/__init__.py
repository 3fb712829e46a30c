"""Reads over all domains."""
