"""Texts for the preferences and descriptions of the sample shop's customers."""

UNWELCOME = (
    "Asked us not to",
    "Never reads it",
    "Left the platform",
    "Finds it too personal",
    "Costs them money abroad",
)
UNWELCOME_CALLS = ("Hard of hearing", "At work all day", "Shares the phone with the family", "The baby sleeps")
UNWELCOME_CONTACT_REASONS = (
    "The order was about to spoil",
    "Recall of a product they bought",
    "No answer on any other channel for three days",
    "They asked for it this once",
    "The delivery driver stood at the door",
)
DELIVERY = (
    "Leave with the neighbour at the blue door",
    "Ring twice, the bell is faint",
    "Only before 10:00",
    "Collects in the shop",
    "Cool box in the porch",
    "Side entrance, mind the dog",
    "Insulated bags back, please",
    "Loading bay behind the building",
)
PAYMENT = ("Card on collection", "Cash", "Card, receipt by e-mail", "Voucher first", "Contactless")
TRADE_PAYMENT = ("Monthly invoice", "Invoice, 14 days", "Direct debit", "Card on delivery")
INSTRUCTIONS = (
    "Trim the steaks",
    "Leave the fat on",
    "Cut the chops double thick",
    "Slice the ham paper thin",
    "Bones for the dog",
    "Mince it twice",
    "Joint the chicken and keep the carcass",
    "Score the rind finely",
    "Vacuum pack in pairs",
    "Skin off the salmon",
    "Wrap the cheese in paper, never plastic",
    "French trim the rack",
    "Tie the joint with four strings",
    "No carrier bags",
    "Write the weight on each pack",
    "Keep the giblets",
    "Dice the chuck large",
    "Paper receipt, please",
)
TRADE_INSTRUCTIONS = (
    "Portion sirloin at 227 g",
    "Delivery note with batch numbers",
    "Steaks packed in tens",
    "Trim the steaks",
    "Mince at 10 % fat",
    "Crates go back with the driver",
    "Order confirmed by 17:00 the day before",
    "Allergen sheet with every new product",
    "No substitutes without a call",
    "Purchase order number on the invoice",
)
TASTES = (
    "Likes well-hung beef",
    "Loves blue cheese",
    "No pork",
    "Halal only",
    "Prefers cheap cuts and slow cooking",
    "Hates coriander",
    "Always tries the new salami",
    "Big on barbecue",
    "Allergic to nuts",
    "Coeliac",
    "Cooks for two",
    "Cooks for eight on Sundays",
    "Drinks Rioja",
    "Collects carbon steel knives",
    "Cooks Sichuan at home",
    "Makes their own sausages",
    "Gave up lamb",
)
MATTERS = (
    "Where the animal was raised",
    "Not having to wait",
    "A quiet word, no fuss",
    "Value for money",
    "Plastic-free packing",
    "Being recognised",
    "Fair prices for farmers",
    "Short ingredients lists",
    "A step-free counter",
    "Freshness above all",
    "Reliable delivery times",
    "Traceability",
    "The same cut every week",
)
EXPECTS = (
    "A call when the order is ready",
    "An honest word when something is not at its best",
    "Recipe tips",
    "An answer the same day",
    "A table of prices every month",
    "Replacement without argument",
    "The usual, ready on Friday",
    "Advance notice of price rises",
    "To be told what is in season",
    "A receipt by e-mail",
)
ABOUT = (
    "Runs the allotment society's summer dinner.",
    "Two small children; samples help.",
    "Walks past every day at noon.",
    "Retired chef, knows more than we do.",
    "Moved here from abroad and is still finding the cuts of home.",
    "Came to the knife class and bought the whole set.",
    "Brings the dog, who has a name for our Pip.",
    "Plans every Christmas in October.",
)
