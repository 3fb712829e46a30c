"""Feedback, ideas and themes."""
