"""A made-up shop to look around in: customers, receipts and conversations of a year. Pure, and the same for a seed."""

from app.sample.shop import SampleShop, make

__all__ = ["SampleShop", "make"]
