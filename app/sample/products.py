"""What the sample shop sells: a butcher's counter, a delicatessen, and the pans and knives to go with it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Product:
    sku: str
    name: str
    category: str
    pence: int
    """For one piece, or for a kilogram where `grams` is given; VAT included."""
    popularity: float
    season: str
    """When it sells best: `summer`, `christmas`, `easter`, or empty."""
    taxed: bool
    """At 20 %; most food is zero-rated."""
    grams: tuple[int, int] | None
    """What a household asks for at the counter, of goods that are weighed."""
    durable: bool
    """May be brought back weeks later."""


def _category(
    prefix: str,
    name: str,
    goods: str,
    *,
    popularity: float,
    grams: tuple[int, int] | None = None,
    taxed: bool = False,
    durable: bool = False,
) -> list[Product]:
    """Goods are lines of `name; price; popularity; season`, the last two optional."""
    products = []
    for number, line in enumerate(goods.strip().splitlines(), 1):
        title, price, *rest = (part.strip() for part in line.split(";"))
        pounds, pence = price.split(".")
        weight = popularity * float(rest[0] if rest else 1)
        season = rest[1] if len(rest) > 1 else ""
        sku = f"{prefix}-{number:03d}"
        products.append(
            Product(sku, title, name, int(pounds) * 100 + int(pence), weight, season, taxed, grams, durable)
        )
    return products


PRODUCTS: tuple[Product, ...] = (
    *_category(
        "BEE",
        "Beef",
        """
        Rump steak; 24.50; 3; summer
        Sirloin steak; 31.90; 3; summer
        Ribeye steak, 35 days aged; 36.50; 2; summer
        Fillet of beef; 54.00; 1; christmas
        Bavette; 19.80; 1; summer
        Onglet; 17.50; 0.6
        Topside joint; 16.90; 2
        Rolled rib of beef; 29.50; 1; christmas
        Brisket; 12.40; 1.5
        Diced chuck; 13.20; 3
        Lean beef mince; 11.60; 6
        Ox cheek; 11.90; 0.6
        Shin on the bone; 10.80; 0.8
        Oxtail; 13.50; 0.5
        Marrow bones; 4.20; 0.5
        """,
        popularity=1.0,
        grams=(300, 1900),
    ),
    *_category(
        "LAM",
        "Lamb",
        """
        Leg of lamb, bone in; 19.90; 1.5; easter
        Shoulder of lamb; 15.80; 1.5; easter
        Rack of lamb, French trimmed; 38.00; 0.7; easter
        Lamb loin chops; 22.40; 1.5; summer
        Diced lamb; 18.60; 1.5
        Lamb mince; 14.20; 1.5
        Neck fillet; 17.90; 0.6
        Lamb shanks; 14.50; 1
        Mutton shoulder; 13.80; 0.6
        """,
        popularity=0.8,
        grams=(350, 2300),
    ),
    *_category(
        "POR",
        "Pork",
        """
        Pork belly; 11.80; 2
        Pork loin, rind scored; 13.50; 1.5
        Pork shoulder for pulling; 9.60; 1.2; summer
        Pork chops; 12.90; 2; summer
        Pork tenderloin; 16.40; 1
        Pork mince; 9.20; 1.5
        Dry-cured back bacon; 15.80; 4
        Smoked streaky bacon; 14.90; 3
        Gammon joint; 12.60; 1; christmas
        Guanciale; 28.00; 0.4
        """,
        popularity=0.9,
        grams=(250, 1800),
    ),
    *_category(
        "POU",
        "Poultry and game",
        """
        Free-range chicken, whole; 7.90; 4
        Chicken breast fillets; 15.60; 5
        Chicken thighs; 9.40; 4; summer
        Duck breast; 24.80; 1
        Duck legs; 12.50; 0.8
        Guinea fowl; 13.90; 0.5
        Pheasant, oven ready; 11.40; 0.4; christmas
        Venison haunch steak; 29.80; 0.6
        Wild rabbit; 12.20; 0.4
        Bronze turkey; 13.60; 0.3; christmas
        Goose; 17.90; 0.2; christmas
        """,
        popularity=0.9,
        grams=(400, 2100),
    ),
    *_category(
        "SAU",
        "Sausages and burgers",
        """
        Cumberland ring; 5.40; 2; summer
        Pork and leek sausages, six; 5.60; 4
        Toulouse sausages, six; 6.20; 2
        Merguez, eight; 6.80; 1.5; summer
        Gluten-free chipolatas, twelve; 5.90; 1.5; christmas
        Beef burgers, four; 7.20; 3; summer
        Lamb and mint burgers, four; 7.80; 1.2; summer
        Pigs in blankets, twelve; 8.90; 0.5; christmas
        Black pudding ring; 4.60; 1
        Haggis; 6.40; 0.5
        Boerewors coil; 8.20; 0.7; summer
        """,
        popularity=1.1,
    ),
    *_category(
        "CHA",
        "Charcuterie",
        """
        Prosciutto crudo; 42.00; 2
        Fennel salami; 34.50; 1.5
        Chorizo for cooking; 18.90; 2
        Jamón, hand carved; 96.00; 0.5; christmas
        Bresaola; 49.00; 0.7
        Mortadella with pistachio; 24.00; 1
        Honey roast ham; 26.50; 4
        Pastrami; 31.00; 1.2
        Country pâté; 19.80; 1.2; christmas
        'Nduja; 29.00; 0.8
        """,
        popularity=0.9,
        grams=(80, 380),
    ),
    *_category(
        "CHE",
        "Cheese",
        """
        Farmhouse Cheddar; 23.50; 4
        Blue Stilton; 21.90; 1.5; christmas
        Brie de Meaux; 25.60; 1.5
        Comté, 18 months; 33.50; 1.5
        Parmigiano Reggiano; 29.80; 2.5
        Wensleydale; 19.40; 1.2
        Lincolnshire Poacher; 27.50; 0.8
        Goat's cheese log; 24.20; 1.2
        Manchego; 28.40; 1
        Halloumi; 17.60; 1.5; summer
        Taleggio; 26.30; 0.6
        Feta in brine; 15.90; 1.5
        """,
        popularity=0.9,
        grams=(110, 520),
    ),
    *_category(
        "DEL",
        "Deli counter",
        """
        Nocellara olives; 18.50; 2
        Marinated artichokes; 21.00; 1
        Sun-dried tomatoes; 19.50; 1
        Hummus; 12.50; 2
        Potato salad; 9.80; 1.5; summer
        Coleslaw; 8.90; 1.5; summer
        Stuffed vine leaves; 17.80; 0.8
        Taramasalata; 16.40; 0.7
        Smoked mackerel; 19.90; 0.8
        Smoked salmon, hand sliced; 46.00; 1; christmas
        """,
        popularity=0.8,
        grams=(120, 480),
    ),
    *_category(
        "PIE",
        "Pies and kitchen",
        """
        Steak and ale pie; 5.80; 3
        Chicken and leek pie; 5.40; 3
        Pork pie, hand raised; 4.90; 3
        Sausage roll; 2.60; 6
        Vegetable samosa; 1.60; 2
        Scotch egg; 3.20; 3
        Lasagne for two; 10.50; 1.5
        Lamb hotpot for two; 11.80; 1
        Chicken stock, litre; 5.90; 1.2
        Dauphinoise for two; 6.90; 1; christmas
        Mushroom Wellington; 12.50; 0.5; christmas
        Quiche of the day; 4.80; 1.5
        """,
        popularity=1.3,
    ),
    *_category(
        "PAN",
        "Pantry",
        """
        Sourdough loaf; 4.40; 6
        Free-range eggs, dozen; 4.20; 6
        Salted farm butter; 3.90; 3
        Whole milk, litre; 1.80; 3
        English mustard; 3.20; 1
        Cranberry sauce; 3.80; 0.4; christmas
        Mint jelly; 3.60; 0.5; easter
        Piccalilli; 4.10; 0.8
        Extra virgin olive oil; 14.50; 1
        Carnaroli rice; 4.60; 1
        Bronze-die pappardelle; 4.20; 1.2
        Smoked paprika; 3.40; 0.8
        Sea salt flakes; 2.90; 1.2
        Barbecue rub; 4.80; 0.7; summer
        Blossom honey; 7.20; 0.8
        Damson chutney; 4.70; 0.8
        """,
        popularity=0.9,
        durable=True,
    ),
    *_category(
        "DRI",
        "Drinks",
        """
        Côtes du Rhône; 12.90; 1.2
        Rioja Reserva; 17.50; 1
        Picpoul de Pinet; 11.80; 1; summer
        English sparkling wine; 29.50; 0.6; christmas
        Pale ale, bottle; 3.40; 1.5; summer
        Dry cider, bottle; 3.20; 1.2; summer
        Ruby port; 16.90; 0.4; christmas
        Elderflower pressé; 4.20; 0.8; summer
        """,
        popularity=0.6,
        taxed=True,
        durable=True,
    ),
    *_category(
        "KNI",
        "Knives and boards",
        """
        Chef's knife, 20 cm; 74.00; 1; christmas
        Boning knife, 15 cm; 42.00; 0.8
        Carving set; 89.00; 0.4; christmas
        Paring knife; 18.50; 1.2
        Bread knife; 36.00; 0.8
        Steak knives, set of four; 48.00; 0.8; summer
        Whetstone, two grits; 39.50; 0.6
        Sharpening of a knife; 6.00; 3
        Oak carving board; 58.00; 0.6; christmas
        End-grain butcher's block; 145.00; 0.2
        """,
        popularity=0.2,
        taxed=True,
        durable=True,
    ),
    *_category(
        "COO",
        "Cookware",
        """
        Cast-iron casserole, 24 cm; 129.00; 0.5; christmas
        Carbon steel pan, 28 cm; 54.00; 1
        Roasting tin with rack; 42.50; 0.9; christmas
        Griddle pan; 46.00; 0.7; summer
        Stockpot, 8 litres; 64.00; 0.4
        Digital meat thermometer; 27.50; 1.5; christmas
        Barbecue tongs; 16.50; 0.8; summer
        Butcher's twine; 4.50; 1.5
        Sausage stuffer; 78.00; 0.2
        Pie dish, enamel; 14.80; 1
        Pestle and mortar; 32.00; 0.6
        """,
        popularity=0.2,
        taxed=True,
        durable=True,
    ),
    *_category(
        "GIF",
        "Gifts and hampers",
        """
        Breakfast hamper; 45.00; 0.8
        Cheese and port hamper; 68.00; 0.7; christmas
        Grand Christmas hamper; 140.00; 0.2; christmas
        Barbecue box; 55.00; 0.9; summer
        Linen apron; 38.00; 1
        Tea towel, cuts of beef; 12.00; 1.5
        Butchery class for two; 150.00; 0.3
        """,
        popularity=0.25,
        taxed=True,
        durable=True,
    ),
)
