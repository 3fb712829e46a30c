"""Values that tills, forms and staff enter where nothing is known: they identify nobody.

The lists are of what systems and people do enter: Vend's `WALKIN`, the cash customer of accounting programs, addresses
such as none@none.com in a field that must not be empty. A business adds its own by the setting
`RAPPORT_VALUES_OF_NOBODY`.
"""

import re
from collections.abc import Collection
from itertools import pairwise

from app.rules.customers.phone_numbers import parse_number

_SHORTEST_FILLER = 6
_SHORTEST_REST = 8
_NO_WORD = re.compile(r"[\W_]+")

_IDENTITIES = frozenset(
    [
        "anon",
        "anonymous",
        "cash",
        "cashcustomer",
        "cashsale",
        "cashsales",
        "counter",
        "countersale",
        "customer",
        "default",
        "defaultcustomer",
        "dummy",
        "generic",
        "guest",
        "guestcustomer",
        "guestuser",
        "na",
        "nil",
        "nobody",
        "nocustomer",
        "noname",
        "none",
        "notapplicable",
        "notavailable",
        "notprovided",
        "null",
        "undefined",
        "unknown",
        "unknowncustomer",
        "unregistered",
        "walkin",
        "walkincustomer",
        "walkinguest",
    ]
)
"""Without case and everything but letters and digits: `WALK-IN` is walkin."""
_LOCAL_PARTS = frozenset(
    [
        "abuse",
        "anon",
        "anonymous",
        "bounce",
        "bounces",
        "donotreply",
        "mailerdaemon",
        "noaddress",
        "noemail",
        "noemailaddress",
        "noemailgiven",
        "noemailprovided",
        "nomail",
        "none",
        "noreply",
        "notavailable",
        "notgiven",
        "notprovided",
        "nobody",
        "null",
        "postmaster",
        "undefined",
        "unknown",
    ]
)
"""What stands before the @ of an address that is nobody's whatever the host is."""
_TAGGED = re.compile("[+=]")
_TAGGED_PARTS = frozenset(["bounce", "bounces", "donotreply", "mailerdaemon", "noreply"])
"""What machines write before a tag of their own: `bounces+1234-ada=example.com@`."""
_BOTH_SIDES = frozenset(
    [
        "a",
        "aa",
        "aaa",
        "abc",
        "anon",
        "anonymous",
        "asd",
        "asdf",
        "customer",
        "dummy",
        "email",
        "example",
        "fake",
        "guest",
        "mail",
        "me",
        "n",
        "na",
        "no",
        "noemail",
        "nomail",
        "nobody",
        "none",
        "nothing",
        "null",
        "test",
        "user",
        "unknown",
        "x",
        "xx",
        "xxx",
        "xyz",
    ]
)
"""Of `no@no.com`: the same word before the @ and as the name of the host."""
_HOSTS = frozenset(["noemail", "nomail", "none", "noaddress", "nodomain"])
"""Names of hosts of which every address is nobody's."""
_NUMBERS = frozenset({"+447123456789", "+441234567891", "+15555555555"})
"""In E.164: fillers that are neither one digit again and again, nor digits in order."""

Values = frozenset[str]
"""Further values, as the setting has them: addresses, numbers, identities (`system:id`, or ids of any system). An
address may have `*` on one side of its @."""


def number_of_nobody(entered: str, e164: str | None, national: str, more: Values = frozenset()) -> bool:
    """One digit again and again (after a first one: 07000000000), or all digits in order.

    `entered` are the digits that were entered.
    """
    if (e164 is not None and (e164 in _NUMBERS or e164 in more)) or entered in more:
        return True
    return any(_is_filler(digits) for digits in (entered, national)) or _is_one_digit(national[1:])


def email_of_nobody(address: str, more: Values = frozenset()) -> bool:
    """`address` is normalised."""
    local, _, host = address.rpartition("@")
    labels = host.split(".")
    # Of a longer name, the first label is a subdomain: somebody may be at none.example.com.
    name = _plain(labels[0]) if len(labels) == 2 or (len(labels) == 3 and len(labels[-1]) == 2) else ""
    word = _plain(local)
    return (
        word in _LOCAL_PARTS
        or _plain(_TAGGED.split(local, maxsplit=1)[0]) in _TAGGED_PARTS
        or name in _HOSTS
        or (word == name and word in _BOTH_SIDES)
        or not more.isdisjoint({address, f"{local}@*", f"*@{host}"})
    )


def identity_of_nobody(system: str, external_id: str, more: Values = frozenset()) -> bool:
    """Such as `0`, `-`, `WALK-IN`, `Cash sale` or `N/A`."""
    plain = _plain(external_id)
    if not plain or plain in _IDENTITIES or not plain.strip("0"):
        return True
    folded = external_id.casefold().strip()
    return bool(more) and not more.isdisjoint({folded, f"{system.casefold()}:{folded}"})


_WITH_WILDCARD = re.compile(r"\*@[^*@]+|[^*@]+@\*")


def is_value_of_nobody(value: str) -> bool:
    """Whether a further value can be that of a record: a `*` stands for one whole side of an address only."""
    return "*" not in value or _WITH_WILDCARD.fullmatch(value.strip()) is not None


def as_values(entered: Collection[str], region: str) -> Values:
    """The values of the setting, as the functions above expect them."""
    plain = {value.strip().casefold() for value in entered}
    numbers = (parse_number(value, region) for value in plain if "@" not in value and ":" not in value)
    return frozenset(plain | {number.value for number in numbers if number is not None})


def _is_filler(digits: str) -> bool:
    if len(digits) < _SHORTEST_FILLER:
        return False
    steps = {(int(after) - int(before)) % 10 for before, after in pairwise(digits)}
    return steps in ({0}, {1}, {9})


def _is_one_digit(digits: str) -> bool:
    return len(digits) >= _SHORTEST_REST and len(set(digits)) == 1


def _plain(text: str) -> str:
    return _NO_WORD.sub("", text.casefold())
