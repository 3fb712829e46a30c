"""Sites and products are created when a record first names them."""

from collections.abc import Iterable

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
