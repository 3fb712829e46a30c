"""What an incoming record says about its customer, and the keys that follow from it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

from app.core.context import Context
from app.rules.customers.contact_points import NotAContact
from app.rules.customers.customers import ContactKind
from app.rules.customers.nobody import Values
from app.rules.customers.resolution import EnteredKey, Key, contact_point_key, identity_key
from app.rules.customers.sources import NO_POLICY, SourcePolicy
from app.services.customers.sources import Policies, load_policies, under
from app.services.kit.intake import Draft


class Contact(Protocol):
    @property
    def kind(self) -> ContactKind: ...
    @property
    def value(self) -> str: ...


class Identity(Protocol):
    @property
    def system(self) -> str: ...
    @property
    def external_id(self) -> str: ...


class Keys(Protocol):
    @property
    def id(self) -> UUID | None: ...
    @property
    def identity(self) -> Identity | None: ...
    @property
    def phone(self) -> str | None: ...
    @property
    def email(self) -> str | None: ...


@dataclass(frozen=True, slots=True)
class CustomerReference:
    """What a record says about its customer, as it was entered."""

    customer_id: UUID | None = None
    identity: tuple[str, str] | None = None
    """System and external id."""
    contacts: Sequence[tuple[ContactKind, str]] = ()
    """The most specific one first."""
    name: str | None = None
    """Not used to find a customer."""
    policy: SourcePolicy = NO_POLICY
    """Of the source of the record."""
    of_nobody: Values = frozenset()
    """Further values that identify nobody."""

    @classmethod
    def by_keys(
        cls,
        keys: Keys | None,
        name: str | None = None,
        policy: SourcePolicy = NO_POLICY,
        of_nobody: Values = frozenset(),
    ) -> "CustomerReference":
        """The customer whom these keys name."""
        if keys is None:
            return cls(name=name, policy=policy)
        identity = (keys.identity.system, keys.identity.external_id) if keys.identity is not None else None
        entered = ((ContactKind.PHONE, keys.phone), (ContactKind.EMAIL, keys.email))
        contacts = tuple((kind, value) for kind, value in entered if value is not None)
        return cls(keys.id, identity, contacts, name, policy, of_nobody)

    @property
    def says_nothing(self) -> bool:
        return self.customer_id is None and self.identity is None and not self.contacts and self.name is None

    @property
    def named_by_id(self) -> frozenset[Key]:
        """The id of a customer as a key."""
        return frozenset() if self.customer_id is None else frozenset({("id", str(self.customer_id), "")})

    def named(self, ctx: Context) -> frozenset[Key]:
        """All that can say who the customer is: spellings of the same keys, and names, make no difference."""
        return self.named_by_id.union(entered.key for entered in self.keys(ctx).usable)

    def keys(self, ctx: Context) -> "ReadKeys":
        ctx = under(ctx, self.policy)
        of_nobody = ctx.values_of_nobody | self.of_nobody if self.of_nobody else ctx.values_of_nobody
        read = ReadKeys([], [])
        if self.identity is not None:
            read.add(identity_key(*self.identity, of_nobody), "identity", ":".join(self.identity))
        for kind, value in self.contacts:
            try:
                key = contact_point_key(kind, value, ctx.number_region, of_nobody)
            except NotAContact:  # the record stores it as it was entered
                key = None
            read.add(key, kind.value, value)
        return read


@dataclass(frozen=True, slots=True)
class ReadKeys:
    usable: list[EnteredKey]
    """Those by which the customer can be found."""
    of_nobody: list[tuple[str, str]]
    """Kinds and values of those that identify nobody, and of contacts that are none."""

    def add(self, key: EnteredKey | None, kind: str, value: str) -> None:
        if key is not None:
            self.usable.append(key)
        else:
            self.of_nobody.append((kind, value))


async def references_by_contact(
    ctx: Context, drafts: Sequence[Draft[Any]], contact_of: Callable[[Any], Contact | None]
) -> tuple[list[CustomerReference], Policies]:
    """The customers with the ids that drafts name, or else who can be reached by their contacts, with the policies of
    their sources. Sets the region of each draft to the country of its source.
    """
    policies = await load_policies(ctx, [draft.new.source for draft in drafts])
    references = []
    for draft in drafts:
        policy, contact = policies.of(draft.new.source), contact_of(draft.new)
        draft.region = policy.country
        contacts = [(contact.kind, contact.value)] if contact is not None else ()
        references.append(CustomerReference(draft.new.customer_id, contacts=contacts, policy=policy))
    return references, policies
