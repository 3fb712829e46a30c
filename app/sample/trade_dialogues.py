"""Dialogues of the sample shop with kitchens and suppliers, and messages of strangers."""

from app.rules.interactions import Direction
from app.rules.interactions import InteractionKind as K
from app.rules.kit.channels import Channel as C
from app.sample.dialogues import Dialogue, Turn

IN, OUT = Direction.INBOUND, Direction.OUTBOUND

TRADE_DIALOGUES: tuple[Dialogue, ...] = (
    Dialogue(
        "trade",
        14,
        (C.EMAIL, C.WHATSAPP),
        (
            Turn(
                K.MESSAGE,
                IN,
                (
                    "Order for {day}: the usual, and {product} on top, please.",
                    "We are full on {day}. Can you double the {product}?",
                    "No {product} this week, menu change.",
                ),
                "Order for {day}",
            ),
            Turn(
                K.MESSAGE,
                OUT,
                (
                    "Confirmed, at your door before 9 on {day}. {staff}",
                    "Noted, with the delivery note attached. {staff}",
                ),
                "Re: Order for {day}",
                ("Confirmed",),
                documents=("Delivery note",),
                hours_later=2,
            ),
        ),
    ),
    Dialogue(
        "trade",
        6,
        (C.EMAIL, C.WEB_FORM),
        (
            Turn(
                K.ENQUIRY,
                IN,
                (
                    "Please quote 20 kg of {product} a week from next month.",
                    "Could we have your trade prices and the allergen list?",
                    "Do you deliver on bank holidays?",
                ),
                "Trade prices",
            ),
            Turn(
                K.MESSAGE,
                OUT,
                ("Dear {name}, our price list is attached; on {product} I can do a little more. {staff}",),
                "Our trade prices",
                ("Sent the price list", "Wants to compare"),
                ("Follow up on the quote for {product}", "Bring a sample of {product}"),
                ("Trade price list", "Allergen sheet"),
                hours_later=8,
            ),
            Turn(
                K.CALL,
                OUT,
                ("Asked about the quote: yes to {product}, from {day}.", "Asked about the quote: still deciding."),
                outcomes=("Won", "Undecided"),
                channel=C.PHONE,
                hours_later=70,
            ),
        ),
    ),
    Dialogue(
        "trade",
        8,
        (C.VISIT, C.VIDEO, C.IN_PERSON),
        (
            Turn(
                K.MEETING,
                OUT,
                (
                    "Went through the autumn menu with the kitchen; {product} could replace the frozen one.",
                    "Review of the half year: deliveries on time, invoices too late.",
                    "Tasting of {product} with the kitchen brigade.",
                ),
                "Review with {name}",
                ("Trial order", "Wants monthly invoices", "Agreed new prices"),
                ("Send the agreed prices", "Bring {product} for a trial", "Talk to accounts about the invoices"),
                ("Meeting notes",),
            ),
            Turn(K.THANK_YOU, OUT, ("Thank you for your time, {name}.",), "Thank you", channel=C.EMAIL, hours_later=22),
        ),
    ),
    Dialogue(
        "supplier",
        8,
        (C.EMAIL,),
        (
            Turn(
                K.CALL,
                OUT,
                ("Ordered next week's goods.", "Asked for the batch numbers of {day}.", "Talked about the price rise."),
                outcomes=("Ordered", "They will send it", "Agreed for three months"),
                next_steps=("Check the batch numbers", "Compare the new prices"),
                channel=C.PHONE,
            ),
            Turn(
                K.MESSAGE,
                IN,
                ("As promised, attached.", "Delivery on {day}, two pallets."),
                "Your order",
                hours_later=18,
            ),
        ),
    ),
    Dialogue(
        "any",
        2,
        (C.PHONE,),
        (
            Turn(
                K.CALL,
                IN,
                (
                    "Asked for the opening hours over the holidays.",
                    "Changed the collection of {product} to {day}.",
                    "Wanted to speak to {staff}, who was out.",
                ),
                outcomes=("Answered", "Changed", "Will ring again"),
                next_steps=("Ring {name} back",),
            ),
        ),
    ),
)

# What strangers ask; nobody knows the address it came from.
STRANGER_MESSAGES: tuple[str, ...] = (
    "Hello, are you open on Sunday?",
    "Do you take on apprentices?",
    "I found a glove in your shop, whose is it?",
    "Do you deliver to the coast?",
    "Could we film in your shop in spring?",
)
# Those who prefer another language may write in it.
TRANSLATIONS: dict[str, tuple[str, ...]] = {
    "pl": ("Dzień dobry, czy będzie biała kiełbasa na święta?", "Dziękuję, bardzo smaczne!"),
    "uk": ("Добрий день, чи можна замовити сало?", "Дякую, все дуже смачно!"),
    "zh": ("你好,請問星期六有五花肉嗎?", "謝謝,味道很好!"),
    "fr": ("Bonjour, gardez-moi une côte de bœuf, s'il vous plaît.", "Merci beaucoup, c'était parfait."),
    "es": ("Hola, ¿tienen secreto ibérico esta semana?", "Muchas gracias, todo riquísimo."),
    "ar": ("مرحبا، هل اللحم حلال؟", "شكرا جزيلا لكم"),
    "hi": ("नमस्ते, क्या शनिवार को मटन मिलेगा?", "धन्यवाद, बहुत अच्छा था।"),
    "it": ("Buongiorno, avete il guanciale?", "Grazie mille, squisito."),
    "ur": ("السلام علیکم، کیا گوشت حلال ہے؟", "بہت شکریہ"),
}
