"""A made-up shop to look around in: a year's customers, receipts, conversations and complaints; the same for a seed."""

from app.sample.shop import SampleShop, make

__all__ = ["SampleShop", "make"]
