"""Receipts, products and sites."""
