"""Customers: who they are and how to reach them."""

from app.web.examples.customers.customers import CUSTOMER, ZOE

__all__ = ["CUSTOMER", "ZOE"]
