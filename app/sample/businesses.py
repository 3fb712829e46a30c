"""Names and places of made-up organizations, of the shop's own people, and of where everybody lives."""

from dataclasses import dataclass

from app.rules.customers import CustomerRole, Trade


@dataclass(frozen=True)
class Site:
    code: str
    city: str
    region: str
    postal_areas: tuple[str, ...]
    area_code: str
    """With the exchange that Ofcom keeps free for drama, as `(area, exchange)`."""
    exchange: str
    latitude: float
    longitude: float
    tills: int
    share: float
    staff: tuple[str, ...]


SITES: tuple[Site, ...] = (
    Site(
        "leeds",
        "Leeds",
        "West Yorkshire",
        ("LS6", "LS7", "LS8", "LS17"),
        "113",
        "496",
        53.8008,
        -1.5491,
        3,
        0.42,
        ("Maureen Tate", "Callum Firth", "Jadwiga Sowa", "Dev Rana"),
    ),
    Site(
        "bristol",
        "Bristol",
        "Bristol",
        ("BS3", "BS6", "BS8", "BS7"),
        "117",
        "496",
        51.4545,
        -2.5879,
        2,
        0.3,
        ("Pip Hollow", "Esther Quaye", "Luca Ferri"),
    ),
    Site(
        "london",
        "London",
        "Greater London",
        ("SE22", "SE15", "N16", "E8"),
        "20",
        "7946",
        51.5072,
        -0.1276,
        2,
        0.28,
        ("Winston Darke", "Soo-ah Min", "Bridie Nolan"),
    ),
)
OFFICE = ("Hester Vane", "Tunde Bright", "Ines Calado", "Rob Sillars")
# Other exchanges kept free for drama, for those who live further away; the rest of the number is four digits.
DRAMA_AREAS = (
    ("114", "496"),
    ("115", "496"),
    ("116", "496"),
    ("118", "496"),
    ("121", "496"),
    ("131", "496"),
    ("141", "496"),
    ("151", "496"),
    ("161", "496"),
)
# Nobody in the sample has one of these: strangers ring from here.
STRANGER_AREA = "1632 960"

STREETS = (
    "Tannery Row",
    "Larkspur Road",
    "Old Mill Lane",
    "Chandler Street",
    "Beech Grove",
    "Quarry Hill",
    "Orchard Way",
    "Saltmarsh Road",
    "St Agnes Terrace",
    "Weaver's Yard",
    "Copperfield Close",
    "Harbour Steps",
    "Northgate",
    "Fern Bank",
    "Kiln Lane",
    "Priory Mews",
    "Ropewalk",
    "Victoria Parade",
    "Windmill Rise",
    "Cobbler's Court",
    "Foundry Street",
    "Juniper Avenue",
    "Marlborough Place",
    "Station Approach",
    "The Shambles",
    "Upper Green",
)
# Postcodes end in letters that Royal Mail never uses there, so none of them is anybody's.
INWARD_LETTERS = "CIKMOV"


@dataclass(frozen=True)
class Line:
    """A line of business."""

    name: str
    share: int
    first: str
    last: str
    trade: Trade = Trade.B2B
    role: CustomerRole = CustomerRole.CUSTOMER


LINES: tuple[Line, ...] = (
    Line(
        "restaurant",
        30,
        "The Copper Ladle, Saffron Table, Brindle & Oak, Little Anchovy, Casa Limón, The Thyme House, Kiku, Marrow, "
        "The Salt Cellar, Three Herons, Juniper & Rye, Ember, Bosphorus Grill, Papaya Garden, Le Petit Coq, Ox & Ivy, "
        "The Quiet Radish, Masala Yard, Taverna Elia, Pierogi House",
        "Restaurant, Kitchen, Dining Rooms, Bistro",
    ),
    Line(
        "hotel",
        12,
        "Harbourside, The Old Rectory, Abbey Park, Quarry Bank, The Merchant's, Moorview, Clifton Terrace, "
        "St Oswald's, The Larch, Weir Lodge",
        "Hotel, House Hotel, Inn, Hotel & Spa",
    ),
    Line(
        "pub",
        16,
        "The Drowned Bell, The Woolpack Arms, The Plough & Thistle, The Lame Duck, The Blue Boar, The Three Tuns, "
        "The Tinker's Rest, The Fox & Lantern, The Ship Ashore, The Barley Mow",
        "Pub, Freehouse, Alehouse",
    ),
    Line(
        "caterer",
        12,
        "Feast & Fable, Pantry Lane, Good Gravy, Silver Spoon, Marquee & Co, Roast & Revel, Hog and Hearth, "
        "Plate Society",
        "Catering, Events, Caterers",
        trade=Trade.BOTH,
    ),
    Line(
        "café",
        12,
        "Teacake, The Daily Loaf, Cardamom, Two Sugars, Bramble, The Loft, Flat Cap, Buttered",
        "Café, Coffee House, Tea Rooms",
        trade=Trade.BOTH,
    ),
    Line("school", 6, "Oakfield, St Brannoc's, Hill Top, Meadowside, Riverbank", "Primary School, College, Nursery"),
    Line(
        "supplier",
        10,
        "Holmdale, Thornbeck, Gimmer Fell, High Byre, Salt Lane, Ridgeway, Combe End, Fenland",
        "Farm, Smokehouse, Creamery, Dairy, Game Larder, Packaging",
        role=CustomerRole.SUPPLIER,
    ),
    Line(
        "partner",
        5,
        "Northline, Green Wheel, Parcel Post House, Fork & Lens, Bright Counter",
        "Couriers, Cycle Delivery, Food Tours, Till Services",
        role=CustomerRole.PARTNER,
    ),
)
LEGAL = ("Ltd", "LLP", "CIC", "")
JOBS = ("Head chef", "Owner", "Buyer", "Kitchen manager", "Accounts", "Sous chef", "Events manager", "General manager")

SOURCES = (
    "walk-in",
    "friend",
    "website",
    "instagram",
    "food festival",
    "leaflet",
    "newspaper",
    "butchery class",
    "other",
)
TAGS = ("regular", "christmas orders", "barbecue", "local delivery", "newsletter", "class guest", "loyal since opening")
