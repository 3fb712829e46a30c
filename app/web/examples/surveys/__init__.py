"""Surveys, invitations and answers."""
