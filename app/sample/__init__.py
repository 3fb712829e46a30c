"""A fictitious shop with a year of customers, receipts, interactions, complaints and feedback; the same for a seed."""

from app.sample.shop import SampleShop, make

__all__ = ["SampleShop", "make"]
