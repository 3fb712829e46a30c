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


# A category: `prefix: name; popularity; piece or weights; taxed durable`.
# Its goods beneath it: `name; price; popularity within the category; season`, the last two optional.
CATALOGUE = """
BEE: Beef; 1.0; 250-1400 g
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
LAM: Lamb; 0.8; 300-1600 g
  Leg of lamb, bone in; 19.90; 1.5; easter
  Shoulder of lamb; 15.80; 1.5; easter
  Rack of lamb, French trimmed; 38.00; 0.7; easter
  Lamb loin chops; 22.40; 1.5; summer
  Diced lamb; 18.60; 1.5
  Lamb mince; 14.20; 1.5
  Neck fillet; 17.90; 0.6
  Lamb shanks; 14.50; 1
  Mutton shoulder; 13.80; 0.6
POR: Pork; 0.9; 200-1300 g
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
POU: Poultry and game; 0.9; 350-1700 g
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
SAU: Sausages and burgers; 1.1; piece
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
CHA: Charcuterie; 0.9; 80-380 g
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
CHE: Cheese; 0.9; 110-520 g
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
DEL: Deli counter; 0.8; 120-480 g
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
PIE: Pies and kitchen; 1.3; piece
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
PAN: Pantry; 0.9; piece; durable
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
DRI: Drinks; 0.6; piece; taxed durable
  Côtes du Rhône; 12.90; 1.2
  Rioja Reserva; 17.50; 1
  Picpoul de Pinet; 11.80; 1; summer
  English sparkling wine; 29.50; 0.6; christmas
  Pale ale, bottle; 3.40; 1.5; summer
  Dry cider, bottle; 3.20; 1.2; summer
  Ruby port; 16.90; 0.4; christmas
  Elderflower pressé; 4.20; 0.8; summer
KNI: Knives and boards; 0.2; piece; taxed durable
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
COO: Cookware; 0.2; piece; taxed durable
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
GIF: Gifts and hampers; 0.25; piece; taxed durable
  Breakfast hamper; 45.00; 0.8
  Cheese and port hamper; 68.00; 0.7; christmas
  Grand Christmas hamper; 140.00; 0.2; christmas
  Barbecue box; 55.00; 0.9; summer
  Linen apron; 38.00; 1
  Tea towel, cuts of beef; 12.00; 1.5
  Butchery class for two; 150.00; 0.3
"""


def _products() -> tuple[Product, ...]:
    products: list[Product] = []
    for line in CATALOGUE.strip().splitlines():
        fields = [field.strip() for field in line.split(";")]
        if not line.startswith(" "):
            prefix, _, category = fields[0].partition(": ")
            share, flags, number = float(fields[1]), (fields[3:] or [""])[0], 0
            low, _, high = fields[2].removesuffix(" g").partition("-")
            grams = (int(low), int(high)) if high else None
            continue
        number += 1
        name, price, weight, season = [*fields, "1", ""][:4] if len(fields) != 3 else [*fields, ""]
        pounds, pence = price.split(".")
        products.append(
            Product(
                sku=f"{prefix}-{number:03d}",
                name=name,
                category=category,
                pence=int(pounds) * 100 + int(pence),
                popularity=share * float(weight),
                season=season,
                taxed="taxed" in flags,
                grams=grams,
                durable="durable" in flags,
            )
        )
    return tuple(products)


PRODUCTS: tuple[Product, ...] = _products()
