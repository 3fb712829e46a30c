"""Dialogues of the sample shop with private customers."""

from app.rules.interactions import Direction
from app.rules.interactions import InteractionKind as K
from app.rules.kit.channels import Channel as C
from app.sample.dialogues import Dialogue, Turn

IN, OUT, SELF = Direction.INBOUND, Direction.OUTBOUND, Direction.INTERNAL
WRITTEN = (C.EMAIL, C.WHATSAPP, C.SMS, C.FACEBOOK, C.INSTAGRAM, C.TELEGRAM, C.WEB_CHAT, C.WEB_FORM)
SPOKEN = (C.PHONE, C.IN_PERSON)
CHATTY = (C.WHATSAPP, C.SMS, C.TELEGRAM, C.FACEBOOK, C.INSTAGRAM)

HOUSEHOLD_DIALOGUES: tuple[Dialogue, ...] = (
    Dialogue(
        "person",
        12,
        WRITTEN,
        (
            Turn(
                K.ENQUIRY,
                IN,
                (
                    "Do you have {product} for {day}? We are six at the table.",
                    "Hello, could you put {product} aside for me until {day}?",
                    "What does {product} cost at the moment, and is it cut to order?",
                    "Is {product} gluten free?",
                    "Where does your {product} come from?",
                ),
                "About {product}",
            ),
            Turn(
                K.MESSAGE,
                OUT,
                (
                    "Hello {name}, yes, we have it. I put some aside in {site} under your name. {staff}",
                    "Hello {name}, it comes in on {day}; shall I keep you a piece? {staff}",
                    "Thank you for asking, {name}. Everything about {product} is in the sheet attached. {staff}",
                ),
                "Re: {product}",
                ("Put aside", "Will come on {day}", "Answered"),
                ("Put {product} aside", "Ring when {product} is in"),
                ("Product sheet",),
                hours_later=5,
            ),
        ),
    ),
    Dialogue(
        "person",
        8,
        SPOKEN,
        (
            Turn(
                K.ENQUIRY,
                IN,
                (
                    "Asked how long {product} needs in the oven, and whether to rest it.",
                    "Wants {product} for a birthday on {day}, about ten people.",
                    "Asked whether we sharpen knives from other shops.",
                ),
                outcomes=("Wants to think about it", "Asked to be called back"),
                next_steps=("Call {name} back about {product}",),
            ),
            Turn(
                K.CALL,
                OUT,
                (
                    "Called back: ordered {product} for {day}.",
                    "Called back and explained the timing; will try it at the weekend.",
                    "No answer, left a message on the machine.",
                ),
                outcomes=("Ordered", "Informed", "Left a message"),
                channel=C.PHONE,
                hours_later=4,
            ),
        ),
    ),
    Dialogue(
        "person",
        9,
        CHATTY,
        (
            Turn(
                K.MESSAGE,
                OUT,
                (
                    "Hello {name}, your order is ready in {site}, until 17:30 today. {staff}",
                    "{name}, your {product} has come in. See you on {day}? {staff}",
                    "Your knives are sharp again and wait for you in {site}. {staff}",
                ),
                outcomes=("Collected", "Told"),
            ),
            Turn(
                K.MESSAGE,
                IN,
                (
                    "Lovely, I will come by on {day}.",
                    "Thanks {staff}! On my way.",
                    "Can my neighbour collect it?",
                    "👍",
                ),
                hours_later=1,
            ),
        ),
    ),
    Dialogue(
        "person",
        6,
        (C.EMAIL, C.LETTER, C.SMS, C.WHATSAPP),
        (
            Turn(
                K.THANK_YOU,
                OUT,
                (
                    "Dear {name}, thank you for sending your friends to us. The next {product} is on the house.",
                    "Thank you for a year of Saturdays, {name}. Yours, all of us in {site}.",
                    "Thank you for what you told us about {product}; everybody behind the counter has read it.",
                ),
                "Thank you",
            ),
        ),
    ),
    Dialogue(
        "person",
        4,
        (C.INSTAGRAM, C.FACEBOOK, C.SOCIAL),
        (
            Turn(
                K.SOCIAL,
                IN,
                (
                    "Posted a picture of {product} from our counter: best Sunday in months.",
                    "Commented under our {product}: is it worth the price? Others said yes.",
                    "Tagged us at the food festival.",
                ),
                outcomes=("Liked", "Shared with permission", ""),
            ),
            Turn(
                K.SOCIAL, OUT, ("Thank you {name}, that looks glorious!", "Come by, {name}, and taste."), hours_later=7
            ),
        ),
    ),
    Dialogue(
        "person",
        5,
        (C.IN_PERSON, C.OTHER),
        (
            Turn(
                K.NOTE,
                SELF,
                (
                    "Told at the counter: {product} was tough last time. Offered another cut.",
                    "Is moving house in spring; ask for the new address.",
                    "Their father is ill; go gently.",
                    "Prefers to be served by {staff}.",
                    "Asked for smaller packs, cooks for one now.",
                    "Mentioned the wedding anniversary on {day}.",
                ),
            ),
        ),
    ),
    Dialogue(
        "person",
        4,
        (C.EVENT,),
        (
            Turn(
                K.PRESENTATION,
                OUT,
                (
                    "Butchery class in {site}: took apart a shoulder and went home with {product}.",
                    "Cheese evening in {site}, twelve guests; liked {product} best.",
                    "Knife skills on the last Sunday; asked for a second date.",
                ),
                "Class in {site}",
                ("Wants to come again", "Booked for a friend", "Bought the knife"),
                ("Send the recipe of {product}",),
                ("Recipe cards",),
            ),
            Turn(
                K.THANK_YOU,
                OUT,
                ("Thank you for coming, {name}! The recipes are attached.",),
                "Thank you",
                hours_later=20,
            ),
        ),
    ),
    Dialogue(
        "person",
        3,
        (C.EMAIL, C.LETTER, C.SMS),
        (
            Turn(
                K.MESSAGE,
                OUT,
                (
                    "Dear {name}, we have not seen you for a while. Is anything the matter? {staff}",
                    "{name}, the first {product} of the season is here; we thought of you. {staff}",
                ),
                "We miss you",
                ("No answer yet", "Will come by", "Moved away"),
            ),
        ),
    ),
    Dialogue(
        "person",
        3,
        (C.EMAIL, C.WEB_FORM, C.WEB_CHAT),
        (
            Turn(
                K.ENQUIRY,
                IN,
                (
                    "I asked for {product} and found something else in the bag. What can we do?",
                    "I was charged twice for {product}, I believe. Please look.",
                    "My parcel came warm. I would not eat it.",
                ),
                "My last order",
            ),
            Turn(
                K.MESSAGE,
                OUT,
                ("Dear {name}, I am sorry. We will replace it on {day}, no need to bring anything back. {staff}",),
                "Re: My last order",
                ("Replaced", "Money back", "Voucher"),
                ("Replace {product}", "Refund {product}"),
                hours_later=9,
            ),
            Turn(K.THANK_YOU, IN, ("That was quick. Thank you.", "Thank you, much better!"), hours_later=30),
        ),
    ),
)
