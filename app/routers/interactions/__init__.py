"""Interactions with customers, enquiries and tasks."""
