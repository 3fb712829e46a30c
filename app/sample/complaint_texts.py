"""What customers of the sample shop complain about: texts, remedies and causes by topic."""

from dataclasses import dataclass
from enum import StrEnum

from app.rules.complaints import CauseKind as C
from app.rules.complaints import RemedyKind as R


class Subject(StrEnum):
    """What a complaint is about."""

    FRESH = "fresh"
    MEAT = "meat"
    HOMEMADE = "homemade"
    """Food that the shop makes itself."""
    EQUIPMENT = "equipment"
    """Knives, pans and the like."""
    COUNTER = "counter"
    """A visit to a shop."""
    DELIVERY = "delivery"
    NOTHING = "nothing"
    """Nothing that was bought or used."""


class Worth(StrEnum):
    """The cost of a remedy."""

    NOTHING = "nothing"
    LINE = "line"
    HALF = "half"
    TOKEN = "token"
    """A few pounds, more for severe complaints."""


@dataclass(frozen=True)
class ComplaintTopic:
    """Texts may contain {product}, {site}, {staff} and {day}."""

    category: str
    weight: float
    subject: Subject
    severities: tuple[float, float, float, float]
    """Weights of low, medium, high and critical."""
    descriptions: tuple[str, ...]
    desired_outcomes: tuple[str, ...]
    remedies: tuple[tuple[R, Worth, str], ...]
    causes: tuple[tuple[C, str], ...]


SORRY = (R.APOLOGY, Worth.NOTHING, "In person, by whoever runs the shop")
EXPLAINED = (R.EXPLANATION, Worth.NOTHING, "How it is made, and why it looks like that")
VOUCHER = (R.VOUCHER, Worth.TOKEN, "For the next visit")
MONEY_BACK = (R.REFUND, Worth.LINE, "The price of it")

TOPICS: tuple[ComplaintTopic, ...] = (
    ComplaintTopic(
        "freshness",
        34,
        Subject.FRESH,
        (4, 48, 40, 8),
        (
            "The {product} smelled when I opened it on {day}. We had people at the table.",
            "I bought {product} in {site} and it was grey inside, well before the date on it.",
            "The {product} had gone slimy by the evening. It was in the fridge the whole time.",
            "Opened the {product} for the children's tea and had to throw all of it away.",
            "My husband was ill all night after the {product}. Nobody else had any of it.",
            "Two days before the date, and the {product} was off. I had to throw it away and order pizza.",
        ),
        ("The money back", "Another one, today", "That somebody tells me what happened", "Money back and a call"),
        (MONEY_BACK, (R.REPLACEMENT, Worth.HALF, "Brought round the same day"), VOUCHER, SORRY),
        (
            (C.PROCESS, "The counter was filled up before the older pieces were sold"),
            (C.SUPPLIER, "The batch came in warm, and was not measured at the door"),
            (C.SYSTEM, "The cold room stood at 8 degrees over the night; its alarm was off"),
            (C.CUSTOMER, "It had lain in a warm car for an afternoon"),
        ),
    ),
    ComplaintTopic(
        "price",
        13,
        Subject.COUNTER,
        (40, 50, 10, 0),
        (
            "The {product} was on offer on the blackboard, and the till charged the full price.",
            "I was charged twice for the {product}. I only saw it at home.",
            "The scales in {site} showed more than mine do: the {product} was a good bit lighter.",
            "{staff} told me one price and the receipt says another.",
            "Ten per cent off for regulars, it says on the door. Not on my receipt.",
        ),
        ("The difference back", "That the blackboard is right", "My money, and an explanation"),
        ((R.REFUND, Worth.HALF, "The difference"), VOUCHER, SORRY, (R.CHANGE, Worth.NOTHING, "The board is checked")),
        (
            (C.INFORMATION, "The blackboard was not wiped when the offer ended"),
            (C.SYSTEM, "The price at the till was loaded a day late"),
            (C.PEOPLE, "Rung up twice in a hurry"),
        ),
    ),
    ComplaintTopic(
        "service",
        13,
        Subject.COUNTER,
        (30, 50, 20, 0),
        (
            "I waited half an hour on {day} while {staff} talked to somebody in the back.",
            "{staff} sighed out loud when I asked about the {product}.",
            "I was sent away with 'we close in five minutes', twenty minutes before you close.",
            "Nobody greets you any more in {site}. I used to like coming.",
            "Two people behind the counter, one of them on the telephone, and a queue to the door.",
            "I asked whether the {product} was local, and {staff} laughed at me.",
        ),
        ("An apology", "That somebody speaks to them", "Nothing, I just wanted you to know", "To be served properly"),
        (SORRY, VOUCHER, (R.GOODWILL, Worth.TOKEN, "A pie on the house")),
        (
            (C.PEOPLE, "Tired at the end of a double shift"),
            (C.SERVICE, "One counter open on the busiest day of the week"),
            (C.PROCESS, "Nobody had said who closes the queue"),
        ),
    ),
    ComplaintTopic(
        "delivery",
        24,
        Subject.DELIVERY,
        (20, 50, 28, 2),
        (
            "The box came at nine in the evening, not before noon, and the ice was water.",
            "The parcel stood in the rain on the step; the {product} was soaked.",
            "Ordered for {day}, came a day late. I had to cook something else for eight.",
            "There was no {product} in the box, and the note says it was packed.",
            "Second time this month that the parcel was open when it came.",
            "Your driver left it with a neighbour who is on holiday.",
        ),
        ("The delivery charge back", "The missing piece", "That it comes when you say", "My money back"),
        (MONEY_BACK, (R.REPLACEMENT, Worth.HALF, "Sent again, express"), VOUCHER, SORRY),
        (
            (C.SUPPLIER, "The courier had changed the round without a word"),
            (C.PROCESS, "Packed before the ice was frozen through"),
            (C.SYSTEM, "The web shop offered a slot that was full"),
            (C.PEOPLE, "Put into the wrong van"),
        ),
    ),
    ComplaintTopic(
        "order",
        13,
        Subject.FRESH,
        (20, 55, 25, 0),
        (
            "I had ordered {product} for {day}, and nobody in {site} knew of it.",
            "We got something else instead of {product}, and nobody had asked us.",
            "Half of what we ordered was there. We had a full house on {day}.",
            "I said three times what to do with the {product}, and it was done the other way.",
            "Came on {day} to fetch the {product}, and it had been sold to somebody else.",
        ),
        ("What I ordered", "That you call when something is missing", "Something off the bill"),
        ((R.DISCOUNT, Worth.HALF, "Off the bill"), (R.REPLACEMENT, Worth.HALF, "Made anew"), SORRY, VOUCHER),
        (
            (C.PROCESS, "Orders taken at the counter are not written into the book"),
            (C.PEOPLE, "Misread: a one that looked like a seven"),
            (C.INFORMATION, "The note on the order did not get to the block"),
        ),
    ),
    ComplaintTopic(
        "quality",
        16,
        Subject.MEAT,
        (35, 55, 10, 0),
        (
            "The {product} was tough as a boot, and I did nothing I do not always do.",
            "More fat than anything else on the {product}. For that price!",
            "The {product} tasted of nothing. It used to be so good.",
        ),
        ("Something better", "My money back", "That you look at who you buy from"),
        ((R.REFUND, Worth.HALF, "Half the price"), EXPLAINED, VOUCHER),
        (
            (C.SUPPLIER, "From another farm, while ours was out of stock"),
            (C.PRODUCT, "Not hung for long enough"),
            (C.CUSTOMER, "A cut for braising, and it went under the grill"),
        ),
    ),
    ComplaintTopic(
        "equipment",
        30,
        Subject.EQUIPMENT,
        (30, 55, 12, 3),
        (
            "The handle of the {product} came loose after a month.",
            "The {product} rusted the first time it was washed.",
            "The {product} arrived with a chip in it.",
        ),
        ("A new one", "A repair", "My money back"),
        ((R.REPLACEMENT, Worth.LINE, "A new one"), (R.REPAIR, Worth.TOKEN, "By the maker"), MONEY_BACK),
        (
            (C.PRODUCT, "A bad batch of handles"),
            (C.INFORMATION, "Nobody had said that it must not go into the dishwasher"),
        ),
    ),
    ComplaintTopic(
        "labelling",
        10,
        Subject.HOMEMADE,
        (0, 20, 45, 35),
        (
            "There are nuts in the {product} and the label does not say so. My son is allergic.",
            "The {product} was sold as gluten free. It is not, and I can tell.",
        ),
        ("That it is taken off the counter now", "To know that it cannot happen again"),
        (SORRY, MONEY_BACK, (R.CHANGE, Worth.NOTHING, "Labels are checked by two people")),
        (
            (C.INFORMATION, "The old label after the recipe had changed"),
            (C.PEOPLE, "Two trays with each other's labels"),
        ),
    ),
    ComplaintTopic(
        "contact",
        5,
        Subject.NOTHING,
        (55, 40, 5, 0),
        (
            "I have asked three times not to get the newsletter, and here it is again.",
            "You rang me at half past nine in the evening about an offer.",
            "I was promised a call back last week. I am still waiting.",
        ),
        ("To be left alone", "A call back", "That you keep to what I said"),
        (SORRY, (R.CHANGE, Worth.NOTHING, "It stands in their preferences now")),
        (
            (C.SYSTEM, "Two lists, and only one of them was changed"),
            (C.PEOPLE, "The note about the call went under on a Saturday"),
        ),
    ),
)
# Of people who are not customers.
NEIGHBOURS = ComplaintTopic(
    "neighbourhood",
    1,
    Subject.NOTHING,
    (50, 40, 10, 0),
    (
        "Your van blocks our drive every Friday morning.",
        "The fan on your roof in {site} hums all night. We sleep with the windows shut.",
        "There are fish boxes all over the pavement behind your shop.",
        "Your poster is on my fence. I was not asked.",
    ),
    ("That it stops", "That somebody comes and listens", "That you park elsewhere"),
    (SORRY, (R.CHANGE, Worth.NOTHING, "It is done differently now"), (R.GOODWILL, Worth.TOKEN, "A box of pies")),
    ((C.PROCESS, "Deliveries were planned without the neighbours in mind"), (C.OTHER, "A worn bearing in the fan")),
)
STRANGER_NAMES = (
    "A neighbour",
    "Mrs Pell",
    "J. Harcastle",
    "Somebody from number 14",
    "Dr Amis",
    "Wren",
    "P. Lockwood",
)
NOTES = (
    "Rang the farm about it",
    "Asked everybody who was on that day",
    "Looked at the log of the cold room",
    "Found the receipt and the batch",
    "They were glad to be rung",
)
BODIES = ("Retail Ombudsman", "Citizens Advice", "Trading Standards")
