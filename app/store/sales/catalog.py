"""Sites and products are created when a record first names them."""

from collections.abc import Iterable, Sequence

from app.core.context import Context


async def ensure_exist(ctx: Context, sites: Iterable[str | None], skus: Iterable[str | None]) -> None:
    """Create the sites and products that do not exist yet; None is ignored."""
    if codes := sorted({code for code in sites if code is not None}):
        await ctx.db.execute(
            "INSERT INTO sites (code) SELECT w.code FROM unnest($1::text[]) AS w(code) "
            "WHERE NOT EXISTS (SELECT FROM sites k WHERE k.code = w.code) ON CONFLICT DO NOTHING",
            codes,
        )
    if new_skus := sorted({sku for sku in skus if sku is not None}):
        await ctx.db.execute(
            "INSERT INTO products (sku) SELECT w.sku FROM unnest($1::text[]) AS w(sku) "
            "WHERE NOT EXISTS (SELECT FROM products p WHERE p.sku = w.sku) ON CONFLICT DO NOTHING",
            new_skus,
        )


async def time_zones(ctx: Context, codes: Sequence[str]) -> dict[str, str]:
    """By the code of the site, of those that exist; empty where a site has none."""
    found = await ctx.db.fetch("SELECT code, coalesce(time_zone, '') FROM sites WHERE code = ANY ($1::text[])", codes)
    return {row[0]: row[1] for row in found}
