"""Makers of bodies as clients send them, and of records. Each is valid and like no other.

What a test is about, it says itself.

The makers of a domain are in the module of its name; those that tests of other domains need are offered here.
"""

from tests.make.complaints import body as complaint
from tests.make.complaints import create_procedure, procedure
from tests.make.complaints import record as record_complaint
from tests.make.customers import create as create_customer
from tests.make.customers import customer, email, identity, person, phone
from tests.make.feedback import create_idea, idea
from tests.make.interactions import interaction
from tests.make.interactions import record as record_interaction
from tests.make.numbers import number
from tests.make.sales import line, record_purchase, record_return, refund, sale
from tests.make.sales import record as record_sale
from tests.make.service_levels import calendar, create_calendar, create_policy, policy
from tests.make.surveys import survey
from tests.make.visits import create_scorecard, scorecard

__all__ = [
    "calendar",
    "complaint",
    "create_calendar",
    "create_customer",
    "create_idea",
    "create_policy",
    "create_procedure",
    "create_scorecard",
    "customer",
    "email",
    "idea",
    "identity",
    "interaction",
    "line",
    "number",
    "person",
    "phone",
    "policy",
    "procedure",
    "record_complaint",
    "record_interaction",
    "record_purchase",
    "record_return",
    "record_sale",
    "refund",
    "sale",
    "scorecard",
    "survey",
]
