"""Texts of feedback on the sample shop and its competitors. `{…}` is filled in from the purchase."""

POSITIVE = (
    "Lovely people, and the {product} was superb. We come back every week.",
    "{staff} explained how to cook the {product} and it turned out perfect. Thank you!",
    "Best butcher in {site}. Friendly, quick, and everything is fresh.",
    "The {product} was excellent, and they wrapped it beautifully.",
    "Always a pleasure. Nobody makes you feel rushed, even on a Saturday.",
    "Great value for the quality. The {product} was delicious.",
    "Ordered online in the morning, delivered cold and on time. Brilliant service.",
    "{staff} remembered what we like. That is why we stay.",
)
NEUTRAL = (
    "The {product} was fine, but the queue was long again.",
    "Good meat, prices are on the high side.",
    "All right. Nothing special this time.",
    "Nice shop, though {site} is always out of the {product} by noon.",
    "Delivery came in the right week but not on the right day.",
    "The meat is good, parking is not.",
)
NEGATIVE = (
    "Waited twenty minutes while staff chatted. Very disappointing.",
    "The {product} smelled off when we opened it. Awful.",
    "Rude at the till, and no apology. I will not come back.",
    "They charged me twice for the {product} and nobody answered the phone.",
    "The delivery was late and warm. Terrible, dinner was ruined.",
    "Half of my order was missing. Third time this year, I am fed up.",
    "{product} full of gristle, poor quality for this price.",
)
SHARE_WITHOUT_TEXT = 0.45
TRANSLATIONS = {
    "pl": ("Świetne mięso i bardzo miła obsługa.", "Kolejka za długa, ale {product} był dobry."),
    "fr": ("Très bonne viande, on reviendra.", "Trop cher pour ce que c'est."),
    "es": ("La carne, buenísima, y el trato, mejor.", "Mucha espera para lo poco que compré."),
}
COMPETITORS = ("Prime Cuts Direct", "The Market Butcher")
COMPETITOR_REVIEWS = (
    ("Cheap and quick, but the meat was watery.", 3),
    ("Always on time with the delivery. Good app.", 4),
    ("Dry, grey and badly packed. Never again.", 1),
    ("Decent quality, nobody to talk to.", 3),
    ("Fantastic steak, a bit dear.", 5),
    ("They lost my order and blamed me.", 2),
)
ACTIONS = (
    "A second till is open on Saturdays from ten to one.",
    "The driver carries more ice, and rings when late.",
    "The scales were checked, and the team was shown how to trim this cut.",
    "We changed the supplier of the {product}.",
    "Nobody prepares orders at the counter any more while customers wait.",
)
IDEAS: tuple[tuple[str, str, str], ...] = (
    ("Opening on Sunday evenings", "For those who work at the weekend.", "considered"),
    ("A box for the slow cooker", "Everything for one stew, with the recipe.", "done"),
    ("Bring back bones for the dog", "They used to be beside the till.", "planned"),
    ("Lockers for orders", "To pick up after closing time.", "new"),
    ("Smaller packs for one", "Half a pound is too much for one person.", "done"),
    ("Live music on Saturdays", "Something gentle.", "declined"),
    ("Reusable trays", "With a deposit, instead of plastic.", "considered"),
)
SUGGESTIONS = (
    "Please think about it: {idea}.",
    "My suggestion for the shop: {idea}. Would make life easier.",
    "Why not? {idea}.",
)
OBSERVATIONS = (
    "Greeted within a minute, counter clean, asked what it was for.",
    "Nobody looked up for three minutes. Then friendly and competent.",
    "Knew the farms by name. Offered a recipe. Till was quick.",
    "Floor wet and no sign. Prices missing on two trays.",
    "Good advice, no thank-you at the end.",
)
REVIEWERS = ("Alex", "Bea", "Chidi", "Dilys", "Ewan", "Farah", "Gio", "Hanneke", "Ike", "Jo", "Kasia", "Leo", "Mina")
