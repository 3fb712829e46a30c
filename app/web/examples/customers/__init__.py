"""Customers: who they are and how to reach them."""

from app.web.examples.customers.customers import CLAIMED_FOR_ZOE, CUSTOMER, RELEASED_FROM_ZOE, ZOE

__all__ = ["CLAIMED_FOR_ZOE", "CUSTOMER", "RELEASED_FROM_ZOE", "ZOE"]
