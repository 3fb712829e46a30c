"""The sites and staff of the sample shop, and the names and addresses of fictitious organizations."""

from dataclasses import dataclass

from app.rules.customers import CustomerRole, Trade


@dataclass(frozen=True)
class Site:
    code: str
    city: str
    region: str
    postal_areas: tuple[str, ...]
    area_code: str
    """Area code and exchange are among those that Ofcom reserves for drama."""
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
# Further area codes and exchanges that are reserved for drama, for customers from elsewhere.
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
# Area code and exchange of strangers; no customer has such a number.
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
# Royal Mail never uses these letters at the end of a postcode, so the postcodes do not exist.
INWARD_LETTERS = "CIKMOV"


@dataclass(frozen=True)
class BusinessLine:
    name: str
    weight: int
    brands: str
    """Separated by commas."""
    suffixes: str
    """Separated by commas."""
    trade: Trade = Trade.B2B
    role: CustomerRole = CustomerRole.CUSTOMER


BUSINESS_LINES: tuple[BusinessLine, ...] = (
    BusinessLine(
        "restaurant",
        30,
        "The Copper Ladle, Saffron Table, Brindle & Oak, Little Anchovy, Casa Limón, The Thyme House, Kiku, Marrow, "
        "The Salt Cellar, Three Herons, Juniper & Rye, Ember, Bosphorus Grill, Papaya Garden, Le Petit Coq, Ox & Ivy, "
        "The Quiet Radish, Masala Yard, Taverna Elia, Pierogi House",
        "Restaurant, Kitchen, Dining Rooms, Bistro",
    ),
    BusinessLine(
        "hotel",
        12,
        "Harbourside, The Old Rectory, Abbey Park, Quarry Bank, The Merchant's, Moorview, Clifton Terrace, "
        "St Oswald's, The Larch, Weir Lodge",
        "Hotel, House Hotel, Inn, Hotel & Spa",
    ),
    BusinessLine(
        "pub",
        16,
        "The Drowned Bell, The Woolpack Arms, The Plough & Thistle, The Lame Duck, The Blue Boar, The Three Tuns, "
        "The Tinker's Rest, The Fox & Lantern, The Ship Ashore, The Barley Mow",
        "Pub, Freehouse, Alehouse",
    ),
    BusinessLine(
        "caterer",
        12,
        "Feast & Fable, Pantry Lane, Good Gravy, Silver Spoon, Marquee & Co, Roast & Revel, Hog and Hearth, "
        "Plate Society",
        "Catering, Events, Caterers",
        trade=Trade.BOTH,
    ),
    BusinessLine(
        "café",
        12,
        "Teacake, The Daily Loaf, Cardamom, Two Sugars, Bramble, The Loft, Flat Cap, Buttered",
        "Café, Coffee House, Tea Rooms",
        trade=Trade.BOTH,
    ),
    BusinessLine(
        "school", 6, "Oakfield, St Brannoc's, Hill Top, Meadowside, Riverbank", "Primary School, College, Nursery"
    ),
    BusinessLine(
        "supplier",
        10,
        "Holmdale, Thornbeck, Gimmer Fell, High Byre, Salt Lane, Ridgeway, Combe End, Fenland",
        "Farm, Smokehouse, Creamery, Dairy, Game Larder, Packaging",
        role=CustomerRole.SUPPLIER,
    ),
    BusinessLine(
        "partner",
        5,
        "Northline, Green Wheel, Parcel Post House, Fork & Lens, Bright Counter",
        "Couriers, Cycle Delivery, Food Tours, Till Services",
        role=CustomerRole.PARTNER,
    ),
)
LEGAL_FORMS = ("Ltd", "LLP", "CIC", "")
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
