"""Rows that were there before a migration know afterwards what new ones are written with."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import asyncpg
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from app.core.migrations import FOLDER
from app.rules.customers.search import LETTER, MOST_WORDS, Sought, customer_words, tag_word
from tests.make.rows import insert

RECEIVED = datetime(2026, 1, 5, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)
CLOCKS = """
    WITH calendar AS (INSERT INTO calendars (code) VALUES ('usual') RETURNING id),
    dated AS (INSERT INTO calendar_versions (calendar_id, version, actor) SELECT id, 1, 'test' FROM calendar),
    policy AS (
        INSERT INTO service_policies (code, position, calendar_id) SELECT 'usual', 1, id FROM calendar RETURNING id
    ),
    version AS (
        INSERT INTO service_policy_versions (service_policy_id, version, actor) SELECT id, 1, 'test' FROM policy
    )
    INSERT INTO complaint_clocks (complaint_id, metric, cycle, policy_id, policy_version, calendar_id, calendar_version,
        target_minutes, state, started_at)
    SELECT id, 'update', 1, (SELECT id FROM policy), 1, (SELECT id FROM calendar), 1, 60, 'running', now()
    FROM unnest($1::uuid[]) AS c(id)
"""


async def insert_sale(db: asyncpg.Connection, receipt_no: str, **more: Any) -> asyncpg.Record:
    """A receipt of 1.00, but for what is said of it."""
    values: dict[str, Any] = {
        "source": "till",
        "kind": "sale",
        "occurred_at": RECEIVED,
        "channel": "in_store",
        "currency": "GBP",
        "match": "anonymous",
        "total": Decimal(1),
        "gross": Decimal(1),
        "refunded": Decimal(0),
        "content_hash": b"",
    } | more
    return await insert(db, "sales", receipt_no=receipt_no, business_date=values["occurred_at"].date(), **values)


async def as_of(dsn: str, revision: str) -> None:
    """Migrate only so far."""
    config = Config()
    config.set_main_option("script_location", str(FOLDER))

    def upgrade(connection: Connection) -> None:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)

    engine = create_async_engine(
        "postgresql+asyncpg://", async_creator=lambda: asyncpg.connect(dsn), poolclass=NullPool
    )
    async with engine.begin() as connection:
        await connection.run_sync(upgrade)
    await engine.dispose()


async def test_moves_and_clocks_learn_when_their_complaint_was_received(new_database: Callable[..., str]) -> None:
    dsn = new_database(template="template1")
    await as_of(dsn, "0011")
    db = await asyncpg.connect(dsn)
    complaints = [
        await db.fetchval(
            "INSERT INTO complaints (reference, channel, words, received_at, state_since) "
            "VALUES ($1, 'phone', 'It was off', $2, $2) RETURNING id",
            f"T-{days}",
            RECEIVED + timedelta(days=days),
        )
        for days in (0, 1)
    ]
    # How many hours after it was received; two moves may be of the same moment.
    ways = {complaints[0]: (1, 3, 3, 40, 90), complaints[1]: (2,)}
    for complaint, hours in ways.items():
        received_at = await db.fetchval("SELECT received_at FROM complaints WHERE id = $1", complaint)
        for position, after in enumerate(hours, start=1):
            await db.execute(
                "INSERT INTO complaint_moves (complaint_id, position, move, from_state, to_state, happened_at, "
                "recorded_at, actor) VALUES ($1, $2, 'acknowledge', 'received', 'acknowledged', $3, now(), 'test')",
                complaint,
                position,
                received_at + after * HOUR,
            )
    await db.execute(CLOCKS, complaints)
    await db.close()
    await as_of(dsn, "0012")
    db = await asyncpg.connect(dsn)
    for complaint, hours in ways.items():
        received_at = await db.fetchval("SELECT received_at FROM complaints WHERE id = $1", complaint)
        moves = await db.fetch(
            "SELECT received_at, entered_at FROM complaint_moves WHERE complaint_id = $1 ORDER BY position", complaint
        )
        assert [tuple(move) for move in moves] == [
            (received_at, received_at + after * HOUR) for after in (0, *hours[:-1])
        ]
    clocks = await db.fetch(
        "SELECT k.received_at, c.received_at FROM complaint_clocks k JOIN complaints c ON c.id = k.complaint_id"
    )
    assert len(clocks) == 2 and all(kept == received for kept, received in clocks)
    await db.close()


async def test_stored_json_has_the_new_names(new_database: Callable[..., str]) -> None:
    dsn = new_database(template="template1")
    await as_of(dsn, "0013")
    db = await asyncpg.connect(dsn)
    show_if = {"question": "a", "at_least": None, "answered_yes": "no"}
    questions = [
        {"key": "a", "kind": "yes_no", "most_choices": None, "show_if": None},
        {"key": "b", "kind": "multiple_choice", "most_choices": 2, "show_if": show_if},
    ]
    await db.execute(
        "INSERT INTO surveys (code, definition) VALUES ('a', $1)",
        json.dumps({"name": "A", "not_again_days": 30, "questions": questions}),
    )
    await db.execute(
        "INSERT INTO scorecards (code, definition) VALUES ('a', $1)",
        json.dumps({"items": [{"key": "a", "may_not_apply": True}, {"key": "b", "may_not_apply": False}]}),
    )
    await db.execute(
        "INSERT INTO feedback_rules (code, definition) VALUES ('a', $1)",
        json.dumps({"when": {"score_below": 50}, "task": None}),
    )
    await db.execute("INSERT INTO procedures (definition) VALUES ($1)", json.dumps({"mood": {"keep": "Breathe"}}))
    await db.execute(
        "INSERT INTO feedback (method, collected_at, answers) VALUES ('form', now(), $1), ('form', now(), '[]')",
        json.dumps([{"question": "a", "yes": "no"}, {"question": "b", "choices": ["c"]}]),
    )
    await db.execute(
        "INSERT INTO complaints (reference, channel, words, received_at, state_since, source, external_id, "
        "content_hash, referral) VALUES ('C', 'phone', 'Off', now(), now(), 'a', 'b', 'c', $1)",
        json.dumps({"body": "Ombudsman", "outcome": None}),
    )
    await db.close()
    await as_of(dsn, "0014")
    db = await asyncpg.connect(dsn)
    new_show_if = {"question": "a", "at_least": None, "yes_no": "no"}
    assert json.loads(await db.fetchval("SELECT definition FROM surveys")) == {
        "name": "A",
        "min_days_between_invitations": 30,
        "questions": [
            {"key": "a", "kind": "yes_no", "max_choices": None, "show_if": None},
            {"key": "b", "kind": "multiple_choice", "max_choices": 2, "show_if": new_show_if},
        ],
    }
    assert json.loads(await db.fetchval("SELECT definition->'items' FROM scorecards")) == [
        {"key": "a", "allow_not_applicable": True},
        {"key": "b", "allow_not_applicable": False},
    ]
    rule = json.loads(await db.fetchval("SELECT definition FROM feedback_rules"))
    assert rule == {"conditions": {"score_below": 50}, "task": None}
    procedure = json.loads(await db.fetchval("SELECT definition FROM procedures"))
    assert procedure == {"staff_mood": {"keep": "Breathe"}}
    answers = [json.loads(row[0]) for row in await db.fetch("SELECT answers FROM feedback ORDER BY id")]
    assert answers == [[{"question": "a", "yes_no": "no"}, {"question": "b", "choices": ["c"]}], []]
    complaint = await db.fetchrow("SELECT description, content_hash, referral FROM complaints")
    assert (complaint["description"], complaint["content_hash"]) == ("Off", None)
    assert json.loads(complaint["referral"]) == {"referred_to": "Ombudsman", "outcome": None}
    await db.close()


async def test_returns_and_sums_are_as_new_receipts_have_them(new_database: Callable[..., str]) -> None:
    dsn = new_database(template="template1")
    await as_of(dsn, "0014")
    db = await asyncpg.connect(dsn)
    buyer = await db.fetchval(
        "INSERT INTO customers (kind, trade, display_name, sort_name) VALUES ('person', 'both', 'Ada', 'ada') "
        "RETURNING id"
    )

    async def sale(number: str, total: str, lines: list[tuple[str, str, str, str | None]], **more: Any) -> Any:
        """Lines of quantity, tax, total, and the number of the receipt of which the first line is returned."""
        amounts = [Decimal(line[2]) for line in lines]
        sides = {"gross": sum(a for a in amounts if a > 0), "refunded": -sum(a for a in amounts if a < 0)}
        row = await insert_sale(db, number, total=Decimal(total), **sides, **more)
        for n, (quantity, tax, amount, refund_of) in enumerate(lines, start=1):
            await insert(
                db,
                "sale_lines",
                sale_id=row["id"],
                line_no=n,
                quantity=Decimal(quantity),
                unit_price=Decimal(1),
                tax=Decimal(tax),
                total=Decimal(amount),
                refund_receipt_no=refund_of,
                refund_line_no=1 if refund_of else None,
            )
        return row["id"]

    known = {"customer_id": buyer, "match": "matched"}
    taxed = await sale("TAX", "299.00", [("1", "39.00", "260.00", None)], customer='{"phone": "1"}', **known)
    cheaper = await sale("DISCOUNT", "12.00", [("1", "0", "10.00", None), ("1", "0", "5.00", None)], **known)
    whole = await sale("WHOLE", "20.00", [("2", "0", "20.00", None)], **known)
    exchange = await sale(
        "EXCHANGE", "0.00", [("-2", "0", "-20.00", "WHOLE"), ("1", "0", "20.00", None)], kind="exchange"
    )
    chained = await sale("CHAINED", "-5.00", [("-1", "0", "-5.00", "EXCHANGE")], kind="return")
    part = await sale("PART", "-3.00", [("-1", "0", "-3.00", "DISCOUNT")], kind="return")
    await db.close()
    await as_of(dsn, "0015")
    db = await asyncpg.connect(dsn)
    rows = {row["id"]: row for row in await db.fetch("SELECT * FROM sales")}

    def figures(id_: Any) -> tuple[Any, ...]:
        row = rows[id_]
        return str(row["gross"]), str(row["refunded"]), str(row["returned"]), row["fully_returned"], row["purchase"]

    assert figures(taxed) == ("299.00", "0", "0", False, True)
    assert figures(cheaper) == ("12.00", "0", "2.40", False, True)
    assert figures(whole) == ("20.00", "0", "20.00", True, False)
    # What it gives back is named by its first line, of which no more than that can be returned: it is flagged.
    assert figures(exchange)[:2] == ("20.00", "20.00") and rows[exchange]["over_returned"]
    assert {rows[id_]["customer_id"] for id_ in (exchange, chained, part)} == {buyer}
    assert {rows[id_]["matched_by"] for id_ in (exchange, chained, part)} == {"sale"}
    assert [rows[id_]["matched_by"] for id_ in (taxed, cheaper)] == ["phone", "claim"]
    assert await db.fetchval("SELECT count(*) FROM events WHERE type = 'sale.claimed' AND customer_id = $1", buyer) == 3
    assert await db.fetchval("SELECT count(*) FROM sale_lines WHERE refund_source = 'till'") == 3
    (totals,) = await db.fetch("SELECT * FROM customer_totals")
    assert (totals["receipts"], totals["purchases"], totals["returns"]) == (6, 3, 2)
    assert (str(totals["gross"]), str(totals["refunded"]), str(totals["net"])) == ("351.00", "28.00", "323.00")
    await db.close()
    await as_of(dsn, "0030")
    db = await asyncpg.connect(dsn)
    rows = {row["id"]: row for row in await db.fetch("SELECT * FROM sales")}
    assert figures(cheaper)[2:] == ("3.00", False, True), "what was given back is money, and no share of the lines"
    assert figures(whole)[2:] == ("20.00", True, False)
    taking = await db.fetchval("""
        UPDATE sale_lines SET kind = 'discount', total = -total
        WHERE (sale_id, line_no) = (SELECT sale_id, line_no FROM sale_lines WHERE refund_source IS NOT NULL LIMIT 1)
        RETURNING sale_id::text
    """)
    await db.execute("DELETE FROM jobs")
    await db.close()
    await as_of(dsn, "0032")
    db = await asyncpg.connect(dsn)
    assert [tuple(row) for row in await db.fetch("SELECT kind, key FROM jobs")] == [("awaited_sale", taking)]
    assert [row["id"] for row in await db.fetch("SELECT id FROM sales WHERE tax_on_top")] == [taxed]
    await db.close()


async def test_stored_customers_are_found_as_new_ones_are(new_database: Callable[..., str]) -> None:
    dsn = new_database(template="template1")
    await as_of(dsn, "0014")
    db = await asyncpg.connect(dsn)
    many = 2_500  # more than a chunk
    await db.execute(
        "INSERT INTO customers (kind, trade, display_name, sort_name, tags, words) "
        "SELECT 'person', 'b2c', 'O''Hara ' || n, 'o''hara ' || n, '{VIP}', '{o,hara}' FROM generate_series(1, $1) n",
        many,
    )
    customer_id = await db.fetchval(
        "INSERT INTO customers (kind, trade, display_name, given_name, sort_name, owner, words) "
        "VALUES ('person', 'b2c', '株式会社山田電機', 'Jürgen', '株式会社山田電機', 'Mia', '{株式会社山田電機}') "
        "RETURNING id"
    )
    await db.execute(
        "INSERT INTO contact_points (customer_id, position, kind, value, normalized) VALUES "
        "($1, 0, 'phone', '020 7946 0991', '+442079460991'), ($1, 1, 'email', 'A@example.org', 'a@example.org'), "
        "($1, 2, 'instagram', '+1', '+1')",
        customer_id,
    )
    await db.execute(
        "INSERT INTO identities (customer_id, system, external_id) VALUES ($1, 'loyalty', 'LC-555012')", customer_id
    )
    await db.execute(
        "INSERT INTO addresses (customer_id, position, postal_code, city) VALUES ($1, 0, 'SW1A 9ZZ', 'Zürich')",
        customer_id,
    )
    await db.execute("INSERT INTO search_words (word, fuzzy) VALUES ('山田', true), ('hara', true)")
    await db.close()
    await as_of(dsn, "0027")
    db = await asyncpg.connect(dsn)
    longer = "word ~ '^[…‥][0-9]{5,6}$'"  # what came with 0028, and is made by today's rules before
    await db.execute(f"UPDATE customers SET words = ARRAY(SELECT word FROM unnest(words) word WHERE NOT {longer})")
    await db.execute(f"DELETE FROM search_words WHERE {longer}")
    await db.close()
    await as_of(dsn, "0028")
    db = await asyncpg.connect(dsn)
    assert (
        await db.fetchval("SELECT count(*) FROM customers WHERE words @> ARRAY['ohara', $1]", tag_word("vip")) == many
    )
    numbers = [row["number"] for row in await db.fetch("SELECT number FROM customers ORDER BY created_at, id")]
    assert numbers == list(range(1, many + 2))
    added = await db.fetchval(
        "INSERT INTO customers (kind, trade, display_name, sort_name) VALUES ('person', 'b2c', 'Ada', 'ada') "
        "RETURNING number"
    )
    assert added == many + 2
    words = set(await db.fetchval("SELECT words FROM customers WHERE id = $1", customer_id))
    sought = Sought(
        names=["株式会社山田電機", "Jürgen"],
        numbers=["+442079460991"],
        addresses=["a@example.org", "1"],
        identities=["LC-555012"],
        places=["SW1A 9ZZ", "Zürich"],
        fields={
            "kind": ["person"],
            "trade": ["b2c"],
            "owner": ["Mia"],
            "postal_code": ["SW1A 9ZZ"],
            "system": ["loyalty"],
        },
    )
    assert words == customer_words(sought)
    assert {"電機", "juergen", "…0991", "…460991", "@example.org", "lc555012", "‥55012", "sw1a9zz", "zurich"} <= words
    findable = {row["word"]: row["fuzzy"] for row in await db.fetch("SELECT word, fuzzy FROM search_words")}
    assert words <= findable.keys() and findable["hara"] and not findable["山田"]
    await db.close()


async def test_stored_customers_are_found_by_letters_anywhere(new_database: Callable[..., str]) -> None:
    """Also those who have as many words as there may be, or all but some."""
    dsn = new_database(template="template1")
    await as_of(dsn, "0034")
    db = await asyncpg.connect(dsn)
    long = "".join(chr(0x4E00 + n) for n in range(300))
    named = ["甲乙丙", "甲", "김 철수", "カタカナ", "ABC商事", "𠮷野家", "ใจดี", "Иванов", "Ada", long, long[:190]]
    expected = {}
    for name in named:
        sought = Sought([name], ["+442079460991"], ["花子", "木村@example.org"], [], ["東京都"], ["上"])
        words = customer_words(sought)
        before = sorted(word for word in words if word[0] != LETTER)
        id_ = await db.fetchval(
            "INSERT INTO customers (kind, trade, display_name, sort_name, words) "
            "VALUES ('person', 'b2c', $1, 'a', $2) RETURNING id",
            name,
            before,
        )
        await db.execute("INSERT INTO search_words SELECT unnest($1::text[]), true ON CONFLICT DO NOTHING", before)
        expected[id_] = sorted(words)
    latin = ["＾a", "…0991", "ada", "＃東京"]
    others = await db.fetchval(
        "INSERT INTO customers (kind, trade, display_name, sort_name, words) "
        "VALUES ('person', 'b2c', 'Ada', 'ada', $1) RETURNING id",
        latin,
    )
    await db.execute("INSERT INTO search_words VALUES ('＊乙', false)")  # of whom another version has created
    await db.close()
    await as_of(dsn, "0035")
    db = await asyncpg.connect(dsn)
    stored = {row["id"]: row["words"] for row in await db.fetch("SELECT id, words FROM customers")}
    assert stored.pop(others) == latin
    assert {id_: sorted(words) for id_, words in stored.items()} == expected
    assert max(map(len, expected.values())) == MOST_WORDS
    findable = {row["word"]: row["fuzzy"] for row in await db.fetch("SELECT word, fuzzy FROM search_words")}
    new = {word for words in expected.values() for word in words if word[0] == LETTER}
    assert {LETTER + letter for letter in "乙丙철수タナ事野จ花京"} <= new
    assert {word: fuzzy for word, fuzzy in findable.items() if word[0] == LETTER} == dict.fromkeys(new, False)
    await db.close()


async def test_stored_customers_are_found_by_their_names_in_both_orders(new_database: Callable[..., str]) -> None:
    dsn = new_database(template="template1")
    await as_of(dsn, "0035")
    db = await asyncpg.connect(dsn)
    expected = {}
    in_other_order = {"鈴木花", "木花", "남궁민수", "궁민"}
    for given, family in (("花", "鈴木"), ("민수", "남궁"), ("Ada", "鈴木"), ("Ada", "Lovelace")):
        names = [f"{given} {family}", given, family]
        words = customer_words(Sought(names))
        id_ = await db.fetchval(
            "INSERT INTO customers (kind, trade, display_name, sort_name, given_name, family_name, words) "
            "VALUES ('person', 'b2c', $1, 'a', $2, $3, $4) RETURNING id",
            *names,
            sorted(words - in_other_order),
        )
        expected[id_] = sorted(words)
    assert in_other_order <= {word for words in expected.values() for word in words}
    await db.close()
    await as_of(dsn, "0036")
    db = await asyncpg.connect(dsn)
    stored = {row["id"]: sorted(row["words"]) for row in await db.fetch("SELECT id, words FROM customers")}
    assert stored == expected
    findable = {row["word"]: row["fuzzy"] for row in await db.fetch("SELECT word, fuzzy FROM search_words")}
    assert (findable["鈴木花"], findable["남궁민수"], findable["木花"]) == (True, True, False)
    await db.close()


async def test_stored_customers_are_found_by_first_letters_and_digits(new_database: Callable[..., str]) -> None:
    dsn = new_database(template="template1")
    await as_of(dsn, "0046")
    db = await asyncpg.connect(dsn)
    expected = {}
    numbers = ("7700900123", "447700900123", "26123450", "90123")
    made = {f"＾{number[:length]}" for number in numbers for length in range(1, min(7, len(number)))}
    made |= {"smith", "＾smi", "＾smit", "＾tow", "＾hua", "＝花子", "＝東京"}
    for sought in (
        Sought(["Ada"], ["+447700900123"], ["smith42@example.org"], ["L26123450"], ["90123 Town"]),
        Sought(["Ada"]),
        Sought(["花子"], identities=["26123450"], places=["東京"]),
    ):
        words = customer_words(sought)
        id_ = await db.fetchval(
            "INSERT INTO customers (kind, trade, display_name, sort_name, words) "
            "VALUES ('person', 'b2c', $1, 'ada', $2) RETURNING id",
            sought.names[0],
            sorted(words - made),
        )
        await db.executemany(
            "INSERT INTO addresses (customer_id, position, city) VALUES ($1, 0, $2)",
            [(id_, place) for place in sought.places],
        )
        expected[id_] = sorted(words)
    assert made <= {word for words in expected.values() for word in words}
    await db.execute("INSERT INTO word_blocks (block, as_of) VALUES (1, now())")
    await db.execute("INSERT INTO word_sets (word, block, members) VALUES ('ada', 1, B'1')")
    await db.close()
    await as_of(dsn, "0047")
    db = await asyncpg.connect(dsn)
    stored = {row["id"]: sorted(row["words"]) for row in await db.fetch("SELECT id, words FROM customers")}
    assert stored == expected
    findable = {row["word"]: row["fuzzy"] for row in await db.fetch("SELECT word, fuzzy FROM search_words")}
    assert findable == {word: word == "smith" for word in made}
    assert not await db.fetchval("SELECT (SELECT count(*) FROM word_blocks) + (SELECT count(*) FROM word_sets)")
    await db.close()


async def test_a_number_is_one_contact_point(new_database: Callable[..., str]) -> None:
    dsn = new_database(template="template1")
    await as_of(dsn, "0014")
    db = await asyncpg.connect(dsn)
    names = ["both", "caller", "writer", "berlin", "filler", "other filler", "gone", "mexican", "guest", "other guest"]
    ids = {
        name: await db.fetchval(
            "INSERT INTO customers (kind, trade, display_name, sort_name, archived_at) "
            "VALUES ('person', 'b2c', $1, $1, CASE WHEN $1 = 'gone' THEN now() END) RETURNING id",
            name,
        )
        for name in names
    }

    async def point(name: str, position: int, kind: str, value: str, normalized: str, **more: object) -> None:
        await db.execute(
            "INSERT INTO contact_points (customer_id, position, kind, value, normalized, label, invalid, exclusive) "
            "VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
            ids[name],
            position,
            kind,
            value,
            normalized,
            more.get("label"),
            more.get("invalid", False),
            more.get("exclusive", True),
        )

    await point("both", 0, "phone", "020 7946 0001", "+442079460001")
    await point("both", 1, "whatsapp", "+44 20 7946 0001", "+442079460001", label="chat")
    await point("both", 2, "email", "both@example.com", "both@example.com")
    await point("caller", 0, "phone", "020 7946 0002", "+442079460002")
    await point("writer", 0, "whatsapp", "020 7946 0002", "+442079460002")
    await point("gone", 0, "whatsapp", "020 7946 0001", "+442079460001", exclusive=False)
    await point("berlin", 0, "phone", "030 901820", "+4430901820")
    await point("caller", 1, "phone", "770771", "+44770771")
    await db.execute("INSERT INTO addresses (customer_id, position, country) VALUES ($1, 0, 'DE')", ids["berlin"])
    await point("filler", 0, "phone", "0000000000", "+44000000000")
    await point("other filler", 0, "email", "none@none.com", "none@none.com")
    await point("mexican", 0, "whatsapp", "+5215541637146", "+5215541637146")
    for name in ("guest", "other guest"):
        await db.execute(
            "INSERT INTO identities (customer_id, system, external_id) "
            "VALUES ($1, $2, 'GUEST'), ($1, 'loyalty', 'L-' || $2)",
            ids[name],
            name,
        )
    contact = json.dumps({"kind": "whatsapp", "value": "020 7946 0001"})
    await db.execute(
        "INSERT INTO interactions (kind, channel, direction, happened_at, contact) "
        "VALUES ('message', 'whatsapp', 'inbound', now(), $1)",
        contact,
    )
    await db.execute(
        "INSERT INTO complaints (reference, channel, description, received_at, state_since, complainant) "
        "VALUES ('C', 'whatsapp', 'Off', now(), now(), $1)",
        json.dumps({"name": "A", "contact": json.loads(contact)}),
    )
    await db.execute(
        "INSERT INTO feedback (method, collected_at, author) VALUES ('form', now(), $1), ('form', now(), NULL)",
        json.dumps({"name": "A", "contact": json.loads(contact)}),
    )
    await db.close()
    await as_of(dsn, "0016")
    db = await asyncpg.connect(dsn)
    rows = await db.fetch(
        "SELECT c.display_name, p.kind, p.value, p.normalized, p.uses, p.label, p.shared, p.exclusive, p.identifies "
        "FROM contact_points p JOIN customers c ON c.id = p.customer_id ORDER BY c.id, p.position"
    )
    usual, chat = ["call", "sms"], ["call", "sms", "whatsapp"]
    assert [tuple(row) for row in rows] == [
        ("both", "phone", "020 7946 0001", "+442079460001", chat, "chat", False, True, True),
        ("both", "email", "both@example.com", "both@example.com", [], None, False, True, True),
        ("caller", "phone", "020 7946 0002", "+442079460002", usual, None, True, False, True),
        ("caller", "phone", "770771", "770771", usual, None, False, False, False),
        ("writer", "phone", "020 7946 0002", "+442079460002", chat, None, True, False, True),
        ("berlin", "phone", "030 901820", "+4930901820", usual, None, False, True, True),
        ("filler", "phone", "0000000000", "+44000000000", usual, None, False, False, False),
        ("other filler", "email", "none@none.com", "none@none.com", [], None, False, False, False),
        ("gone", "phone", "020 7946 0001", "+442079460001", chat, None, False, False, True),
        ("mexican", "phone", "+5215541637146", "+525541637146", chat, None, False, True, True),
    ]
    identities = await db.fetch('SELECT external_id, identifies FROM identities ORDER BY external_id COLLATE "C"')
    assert [tuple(row) for row in identities] == [
        ("GUEST", False),
        ("GUEST", False),
        ("L-guest", True),
        ("L-other guest", True),
    ]
    stored = [
        await db.fetchval(f"SELECT {column}->>'kind' FROM {table} WHERE {column} IS NOT NULL")
        for table, column in (
            ("interactions", "contact"),
            ("complaints", "complainant->'contact'"),
            ("feedback", "author->'contact'"),
        )
    ]
    assert stored == ["phone", "phone", "phone"]
    await db.close()


async def test_what_is_linked_follows(new_database: Callable[..., str]) -> None:
    dsn = new_database("template1")
    await as_of(dsn, "0014")
    db = await asyncpg.connect(dsn)
    people = await db.fetch(
        "INSERT INTO customers (kind, trade, display_name, sort_name) VALUES ('person', 'b2c', 'Ada', 'ada'), "
        "('person', 'b2c', 'Bo', 'bo') RETURNING id"
    )
    ada, bo = (row[0] for row in people)
    sale = await db.fetchval(
        "INSERT INTO sales (source, receipt_no, kind, occurred_at, business_date, channel, currency, customer_id, "
        "match, total, gross, refunded, content_hash) "
        "VALUES ('till', '1', 'sale', now(), now(), 'in_store', 'GBP', $1, 'matched', 1, 1, 0, '') RETURNING id",
        ada,
    )
    complaints = await db.fetch(
        "INSERT INTO complaints (reference, channel, description, received_at, state_since, sale_id, customer_id, "
        "complainant, waiting_for) VALUES ('A', 'phone', 'x', $1, $1, $2, NULL, NULL, 'customer'), "
        "('B', 'phone', 'x', $1, $1, $2, $3, NULL, NULL), "
        "('C', 'phone', 'x', $1, $1, $2, $4, $5, NULL) RETURNING id",
        RECEIVED,
        sale,
        ada,
        bo,
        json.dumps({"name": "Bo", "contact": {"kind": "phone", "value": "1"}}),
    )
    first = complaints[0][0]
    await db.execute(
        "INSERT INTO events (type, subject_type, subject_id, occurred_at, actor, title) "
        "VALUES ('complaint.held', 'complaint', $1, $2, 'test', 'Held')",
        first,
        RECEIVED + HOUR,
    )
    feedback = await db.fetchval(
        "INSERT INTO feedback (method, collected_at, complaint_id) VALUES ('form', now(), $1) RETURNING id", first
    )
    await db.execute(
        "INSERT INTO ratings (feedback_id, position, metric, value, worst, best, score, collected_at, method) "
        "VALUES ($1, 0, 'nps', 1, 0, 10, 10, now(), 'form')",
        feedback,
    )
    seen = await db.fetchval(
        "INSERT INTO feedback (method, collected_at, sale_id) VALUES ('observation', now(), $1) RETURNING id", sale
    )
    task = await db.fetchval("INSERT INTO tasks (what) VALUES ('Ring') RETURNING id")
    rule = await db.fetchval("INSERT INTO feedback_rules (code) VALUES ('a') RETURNING id")
    await db.execute(
        "INSERT INTO feedback_follow_ups (feedback_id, rule_id, task_id) VALUES ($1, $2, $3)", feedback, rule, task
    )
    meeting = await db.fetchval(
        "INSERT INTO interactions (customer_id, kind, channel, direction, happened_at, participants) "
        "VALUES ($1, 'meeting', 'in_person', 'outbound', $2, $3) RETURNING id",
        ada,
        RECEIVED,
        json.dumps([{"name": "Bo", "customer_id": str(bo)}, {"name": "X", "customer_id": "nobody"}, {"name": "Y"}]),
    )
    contact = "INSERT INTO interactions (customer_id, kind, channel, direction, happened_at, participants) VALUES "
    letter, reply, mail, planned = [
        row[0]
        for row in await db.fetch(
            f"{contact} (NULL, 'message', 'letter', 'inbound', $1, $3), "
            "(NULL, 'message', 'email', 'outbound', $1, '[]'), "
            "($2, 'message', 'email', 'inbound', $1, '[]'), ($2, 'meeting', 'video', 'outbound', now() + '1 day', $4) "
            "RETURNING id",
            RECEIVED,
            ada,
            json.dumps([{"name": "Ada", "customer_id": str(ada)}]),
            json.dumps([{"name": "Bo", "customer_id": str(bo)}]),
        )
    ]
    await db.execute("UPDATE interactions SET answered_by_id = $1 WHERE id = $2", reply, mail)
    await db.execute("INSERT INTO complaint_messages (complaint_id, interaction_id) VALUES ($1, $2)", first, letter)
    made = await db.fetchval(
        "INSERT INTO complaints (reference, channel, description, received_at, state_since) "
        "VALUES ('D', 'web_form', 'x', $1, $1) RETURNING id",
        RECEIVED,
    )
    await db.execute(
        "INSERT INTO feedback_follow_ups (feedback_id, rule_id, complaint_id) VALUES ($1, $2, $3)",
        feedback,
        await db.fetchval("INSERT INTO feedback_rules (code) VALUES ('b') RETURNING id"),
        made,
    )
    await db.close()
    await as_of(dsn, "0021")
    db = await asyncpg.connect(dsn)
    rows = await db.fetch("SELECT customer_id, customer_from_id FROM complaints ORDER BY reference")  # A to D
    assert [tuple(row) for row in rows] == [(ada, sale), (ada, sale), (bo, None), (ada, feedback)]
    found = {row["id"]: row for row in await db.fetch("SELECT * FROM interactions")}
    assert [(found[id_]["customer_id"], found[id_]["customer_from_id"]) for id_ in (letter, reply, mail)] == [
        (ada, first),
        (ada, mail),
        (ada, None),
    ]
    assert found[planned]["state"] == "planned"
    assert await db.fetchval("SELECT waiting_since FROM complaints WHERE id = $1", first) == RECEIVED + HOUR
    assert await db.fetchval("SELECT customer_id FROM events WHERE subject_id = $1", first) == ada
    rows = await db.fetch("SELECT id, customer_id, customer_from_id FROM feedback ORDER BY id")
    assert [tuple(row) for row in rows] == [(feedback, ada, first), (seen, None, None)]
    assert await db.fetchval("SELECT customer_id FROM ratings") == ada
    assert tuple(await db.fetchrow("SELECT feedback_id, customer_id, customer_from_id FROM tasks")) == (
        feedback,
        ada,
        feedback,
    )
    participants = await db.fetch("SELECT * FROM interaction_participants")
    assert [tuple(row) for row in participants] == [(meeting, bo, RECEIVED)]
    attended = await db.fetchrow("SELECT customer_id, occurred_at FROM events WHERE type = 'interaction.attended'")
    assert tuple(attended) == (bo, RECEIVED)
    await db.close()


async def test_identifiers_are_stripped_where_nothing_collides(new_database: Callable[..., str]) -> None:
    dsn = new_database(template="template1")
    await as_of(dsn, "0014")
    db = await asyncpg.connect(dsn)
    await db.execute("INSERT INTO sites (code) VALUES (' York'), ('Leeds '), ('Leeds')")
    await db.execute("INSERT INTO products (sku) VALUES ('TEA\u00a0')")
    customer = await db.fetchval(
        "INSERT INTO customers (kind, trade, roles, display_name, sort_name, owner, tags) VALUES "
        "('person', 'b2c', '{customer}', ' Zoe ', 'zoe', E'Zoe\\u0301 ', ARRAY[' vip', 'vip', E'\\u200b']) RETURNING id"
    )
    numbers = {"1001": None, " 1001": None, "\ufeff1002 ": None, "1003": None}
    for number in numbers:
        numbers[number] = await db.fetchval(
            "INSERT INTO sales (source, receipt_no, kind, occurred_at, created_at, business_date, site, channel, "
            "currency, match, total, gross, refunded, content_hash, customer_id) VALUES ('till', $1, 'sale', $2, $3, "
            "'2026-01-05', $4, 'in_store', 'GBP', 'matched', 1, 1, 0, 'x', $5) RETURNING id",
            number,
            RECEIVED + (timedelta(days=400) if number == "1003" else HOUR),
            RECEIVED,
            {"1001": " York", " 1001": "Leeds "}.get(number),
            customer,
        )
    await db.execute(
        "INSERT INTO sale_lines (sale_id, line_no, sku, quantity, unit_price, total) "
        "VALUES ($1, 1, 'TEA\u00a0', 1, 1, 1)",
        numbers["1001"],
    )
    for source, number, returned in (("shop ", "P1 ", None), ("shop ", "P2", "P1 "), ("till", "P3", " 1001")):
        back = {"kind": "return", "total": Decimal(-1), "gross": Decimal(0), "refunded": Decimal(1)}
        sold = await insert_sale(db, number, source=source, **({} if returned is None else back))
        await insert(
            db,
            "sale_lines",
            sale_id=sold["id"],
            line_no=1,
            quantity=sold["total"],
            unit_price=Decimal(1),
            total=sold["total"],
            refund_receipt_no=returned,
            refund_line_no=None if returned is None else 1,
        )
    await db.execute(
        "INSERT INTO customer_totals (customer_id, currency, receipts, purchases, returns, first_purchase_at, "
        "last_purchase_at) VALUES ($1, 'GBP', 4, 4, 0, $2, $3)",
        customer,
        RECEIVED + HOUR,
        RECEIVED + timedelta(days=400),
    )
    await db.execute(
        "INSERT INTO interactions (kind, channel, direction, happened_at, source, external_id) VALUES "
        "('meeting', 'in_person', 'outbound', now() + interval '30 days', 'a ', ' 1'), "
        "('message', 'email', 'inbound', '2099-01-01', NULL, NULL), ('call', 'phone', 'inbound', now(), NULL, NULL)"
    )
    await db.close()
    await as_of(dsn, "0017")
    db = await asyncpg.connect(dsn)
    returns = await db.fetch(
        "SELECT r.receipt_no, s.receipt_no AS sold, s.returned FROM sale_lines l JOIN sales r ON r.id = l.sale_id "
        "JOIN sales s ON s.source = l.refund_source AND s.receipt_no = l.refund_receipt_no ORDER BY 1"
    )
    assert [tuple(row) for row in returns] == [("P2", "P1", 1), ("P3", " 1001", 0)], "they name the same receipts"
    assert await db.fetchval("SELECT count(*) FROM jobs WHERE kind = 'awaited_sale'") == 1
    kept = {row["id"]: row["receipt_no"] for row in await db.fetch("SELECT id, receipt_no FROM sales")}
    assert [kept[id_] for id_ in numbers.values()] == ["1001", " 1001", "1002", "1003"], "the other stays as it is"
    assert [row["code"] for row in await db.fetch("SELECT code FROM sites ORDER BY id")] == ["York", "Leeds ", "Leeds"]
    sites = "SELECT site FROM sales WHERE site IS NOT NULL ORDER BY id"
    assert [row["site"] for row in await db.fetch(sites)] == ["York", "Leeds"]
    assert await db.fetchval("SELECT l.sku FROM sale_lines l JOIN products p USING (sku)") == "TEA"
    zoe = await db.fetchrow("SELECT display_name, owner, tags FROM customers")
    assert tuple(zoe) == (" Zoe ", "Zo\u00e9", ["vip"])
    suspect = await db.fetch("SELECT receipt_no FROM sales WHERE clock_suspect")
    assert [row["receipt_no"] for row in suspect] == ["1003"]
    assert await db.fetchval("SELECT last_purchase_at FROM customer_totals") == RECEIVED + HOUR
    states = await db.fetch("SELECT kind, state FROM interactions ORDER BY id")
    assert [tuple(row) for row in states] == [("meeting", "planned"), ("message", "held"), ("call", "held")]
    assert tuple(await db.fetchrow("SELECT source, external_id FROM interactions WHERE source IS NOT NULL")) == (
        "a",
        "1",
    )
    foreign = "contype = 'f' AND confrelid IN ('sites'::regclass, 'products'::regclass)"
    assert await db.fetchval(f"SELECT count(*) FROM pg_constraint WHERE {foreign}") == 7, (
        "the constraints are there again"
    )
    await db.close()


async def test_sources_are_there_and_say_whom_they_created(new_database: Callable[..., str]) -> None:
    dsn = new_database(template="template1")
    await as_of(dsn, "0022")
    db = await asyncpg.connect(dsn)
    customers = {}
    for name, acquired in (("bought", "till"), ("said", "till"), ("fair", "fair")):
        row = await insert(
            db, "customers", kind="person", trade="b2c", display_name=name, sort_name=name, acquisition_source=acquired
        )
        customers[name] = row["id"]
    made_at = await db.fetchval("SELECT created_at FROM customers WHERE id = $1", customers["bought"])
    sales: tuple[tuple[Any, ...], ...] = (
        ("1", "bought", "matched", {"phone": "1"}, [{"kind": "phone", "value": "1"}], made_at),
        ("2", "said", "matched", {}, [], made_at + HOUR),
        ("3", None, "unmatched", {"identity": {"system": "card", "external_id": "7"}, "email": "a@b.c"}, [], made_at),
        ("4", None, "anonymous", None, [], made_at),
    )
    for number, buyer, match, said, reasons, at in sales:
        holder = {"customer_id": str(customers[buyer])} if buyer else {}
        await insert_sale(
            db,
            number,
            customer_id=customers.get(buyer or ""),
            match=match,
            customer=json.dumps(said) if said is not None else None,
            match_reasons=json.dumps([{**reason, **holder} for reason in reasons]),
            created_at=at,
        )
    await db.execute(
        "INSERT INTO interactions (kind, channel, direction, happened_at, source, external_id, customer_id, contact) "
        "VALUES ('message', 'email', 'inbound', now(), 'mail', '1', $1, NULL), "
        """('message', 'email', 'inbound', now(), 'mail', '2', NULL, '{"kind": "email", "value": "a@b.c"}'), """
        "('message', 'email', 'inbound', now(), NULL, NULL, NULL, NULL)",
        customers["said"],
    )
    await db.execute(
        "INSERT INTO feedback (method, collected_at, author) VALUES "
        """('review', now(), '{"contact": {"kind": "email", "value": "a@b.c"}}'), """
        """('observation', now(), '{"contact": {"kind": "email", "value": "a@b.c"}}')"""
    )
    await db.close()
    await as_of(dsn, "0023")
    db = await asyncpg.connect(dsn)
    known = await db.fetch("SELECT code, confirmed, may_create, may_teach FROM sources ORDER BY code")
    assert [tuple(row) for row in known] == [("mail", False, True, True), ("till", False, True, True)]
    moved = await db.fetch("SELECT created_by_source, acquisition_source FROM customers ORDER BY id")
    assert [tuple(row) for row in moved] == [("till", None), (None, "till"), (None, "fair")]
    told = [
        [(reason["kind"], reason["value"], reason["result"]) for reason in json.loads(row["match_reasons"])]
        for row in await db.fetch("SELECT match_reasons FROM sales ORDER BY receipt_no")
    ]
    unknown = [("identity", "card:7", "unknown"), ("email", "a@b.c", "unknown")]
    assert told == [[("phone", "1", "found")], [], unknown, []]
    matches = await db.fetch(
        "SELECT match, jsonb_array_length(match_reasons) FROM interactions UNION ALL "
        "SELECT match, jsonb_array_length(match_reasons) FROM feedback ORDER BY 1, 2"
    )
    assert sorted(tuple(row) for row in matches) == [
        ("anonymous", 0),
        ("anonymous", 0),
        ("matched", 0),
        ("unmatched", 1),
        ("unmatched", 1),
    ]
    await db.close()


async def test_a_clock_that_was_never_set_is_not_believed(new_database: Callable[..., str]) -> None:
    dsn = new_database(template="template1")
    await as_of(dsn, "0032")
    db = await asyncpg.connect(dsn)
    epoch = datetime(1970, 1, 1, tzinfo=UTC)
    buyer = await insert(
        db, "customers", kind="person", trade="b2c", display_name="Ada", sort_name="ada", known_since=epoch
    )
    for number, at in (("1", epoch), ("2", RECEIVED)):
        sold = await insert_sale(db, number, occurred_at=at, customer_id=buyer["id"], match="matched")
        await db.execute(
            "INSERT INTO events (type, subject_type, subject_id, customer_id, occurred_at, recorded_at, actor, title) "
            "VALUES ('sale.recorded', 'sale', $1, $2, $3, now(), 'till', 'Sale')",
            sold["id"],
            buyer["id"],
            at,
        )
    await db.execute(
        "INSERT INTO customer_totals (customer_id, currency, receipts, purchases, returns, first_purchase_at, "
        "last_purchase_at) VALUES ($1, 'GBP', 2, 2, 0, $2, $3)",
        buyer["id"],
        epoch,
        RECEIVED,
    )
    await db.close()
    await as_of(dsn, "0033")
    db = await asyncpg.connect(dsn)
    suspect = await db.fetch("SELECT receipt_no FROM sales WHERE clock_suspect")
    assert [row["receipt_no"] for row in suspect] == ["1"]
    assert await db.fetchval("SELECT first_purchase_at FROM customer_totals") == RECEIVED
    assert await db.fetchval("SELECT known_since FROM customers") == RECEIVED
    await db.close()


async def test_returns_whose_tax_was_guessed_are_recomputed(new_database: Callable[..., str]) -> None:
    """Of three receipts of 100.00 with 20.00 of tax, one with the tax on top and one with a charge as large as it."""
    dsn = new_database(template="template1")
    await as_of(dsn, "0033")
    db = await asyncpg.connect(dsn)
    returns = {}
    for number, gross, on_top in (("inside", 100, False), ("on top", 120, True), ("charge", 120, False)):
        sold = await insert_sale(db, number, total=Decimal(gross), gross=Decimal(gross), tax_on_top=on_top)
        amounts = {"total": Decimal(-gross), "gross": Decimal(0), "refunded": Decimal(gross)}
        taken = await insert_sale(db, f"back of {number}", kind="return", tax_on_top=on_top, **amounts)
        for sale, sign, of in ((sold, 1, None), (taken, -1, number)):
            await db.execute(
                "INSERT INTO sale_lines (sale_id, line_no, kind, quantity, unit_price, tax, total, "
                "refund_source, refund_receipt_no, refund_line_no) VALUES ($1, 1, 'item', $2, 100, $3, $4, $5, $6, $7)",
                *(sale["id"], sign, 20 * sign, 100 * sign, of and "till", of, of and 1),
            )
        returns[number] = str(taken["id"])
    await db.close()
    await as_of(dsn, "0034")
    db = await asyncpg.connect(dsn)
    assert [tuple(row) for row in await db.fetch("SELECT kind, key FROM jobs")] == [("awaited_sale", returns["charge"])]
    await db.close()


async def test_what_was_named_before_is_known_by_its_thread(new_database: Callable[..., str]) -> None:
    dsn = new_database(template="template1")
    await as_of(dsn, "0037")
    db = await asyncpg.connect(dsn)

    async def interact(thread: str | None, **more: Any) -> Any:
        values = {"kind": "message", "channel": "email", "direction": "inbound", "happened_at": RECEIVED} | more
        return (await insert(db, "interactions", match="anonymous", thread=thread, **values))["id"]

    expected: dict[Any, bool] = {}
    for thread, named in (("T", False), ("U", True), (None, True)):
        answer_id = await interact(thread, direction="outbound")
        asked = await interact("T", kind="enquiry", awaits_answer=True, answered_at=RECEIVED, answered_by_id=answer_id)
        expected |= {answer_id: False, asked: named}
    complaint_id = await db.fetchval(
        "INSERT INTO complaints (reference, channel, description, received_at, state_since) "
        "VALUES ('C-1', 'email', 'Cold', $1, $1) RETURNING id",
        RECEIVED,
    )
    await insert(db, "complaint_messages", complaint_id=complaint_id, interaction_id=answer_id)
    await db.close()
    await as_of(dsn, "0038")
    db = await asyncpg.connect(dsn)
    assert dict(await db.fetch("SELECT id, answer_named FROM interactions")) == expected
    assert await db.fetchval("SELECT named FROM complaint_messages"), "it stays with the complaint"
    await insert(db, "complaint_messages", complaint_id=complaint_id, interaction_id=asked)
    assert not await db.fetchval("SELECT named FROM complaint_messages WHERE interaction_id = $1", asked)
    await db.close()


async def test_returns_count_for_what_they_give_back(new_database: Callable[..., str]) -> None:
    """One that names nothing, one that names another product, and one of a receipt that is not there."""
    dsn = new_database(template="template1")
    await as_of(dsn, "0038")
    db = await asyncpg.connect(dsn)
    await db.execute("INSERT INTO products (sku) VALUES ('TEA'), ('JAM')")
    sold = await insert_sale(db, "S")
    amounts = {"kind": "return", "total": Decimal(-1), "gross": Decimal(0), "refunded": Decimal(1)}
    lines: list[tuple[Any, ...]] = [(sold["id"], 1, 1, "TEA", "drinks", "L1", None)]
    for number, sku, of in (("bare", None, "S"), ("other", "JAM", "S"), ("early", None, "T")):
        lines.append(((await insert_sale(db, number, **amounts))["id"], 1, -1, sku, None, None, of))
    await db.executemany(
        "INSERT INTO sale_lines (sale_id, line_no, quantity, unit_price, total, sku, category, batch, refund_source, "
        "refund_receipt_no, refund_line_no) VALUES ($1, $2, $3, 1, $3, $4, $5, $6, CASE WHEN $7::text IS NOT NULL "
        "THEN 'till' END, $7, 1)",
        lines,
    )
    await db.close()
    await as_of(dsn, "0039")
    db = await asyncpg.connect(dsn)
    found = await db.fetch(
        "SELECT s.receipt_no, l.sku, l.sold_sku, l.sold_category, l.sold_batch FROM sale_lines l "
        "JOIN sales s ON s.id = l.sale_id ORDER BY s.receipt_no"
    )
    assert [tuple(row) for row in found] == [
        ("S", "TEA", None, None, None),
        ("bare", None, "TEA", "drinks", "L1"),
        ("early", None, None, None, None),
        ("other", "JAM", None, None, None),
    ]
    await db.close()


async def test_trading_days_far_from_the_clock_are_marked(new_database: Callable[..., str]) -> None:
    dsn = new_database(template="template1")
    await as_of(dsn, "0039")
    db = await asyncpg.connect(dsn)
    buyer = await insert(
        db, "customers", kind="person", trade="b2c", display_name="Ada", sort_name="ada", known_since=RECEIVED
    )
    ids = {"customer_id": buyer["id"], "match": "matched"}
    await insert_sale(db, "1", **ids)
    far = await insert_sale(db, "2", occurred_at=RECEIVED + HOUR, **ids)
    await db.execute("UPDATE sales SET business_date = '2099-01-01' WHERE id = $1", far["id"])
    await db.execute(
        "INSERT INTO customer_totals (customer_id, currency, receipts, purchases, returns, first_purchase_at, "
        "last_purchase_at) VALUES ($1, 'GBP', 2, 2, 0, $2, $3)",
        buyer["id"],
        RECEIVED,
        RECEIVED + HOUR,
    )
    await db.close()
    await as_of(dsn, "0040")
    db = await asyncpg.connect(dsn)
    assert [row[0] for row in await db.fetch("SELECT receipt_no FROM sales WHERE clock_suspect")] == ["2"]
    assert await db.fetchval("SELECT last_purchase_at FROM customer_totals") == RECEIVED
    await db.close()


async def test_released_receipts_know_from_whom(new_database: Callable[..., str]) -> None:
    dsn = new_database(template="template1")
    await as_of(dsn, "0041")
    db = await asyncpg.connect(dsn)
    ada, bea = [
        (
            await insert(
                db, "customers", kind="person", trade="b2c", display_name=name, sort_name=name, known_since=RECEIVED
            )
        )["id"]
        for name in ("Ada", "Bea")
    ]
    phone = {"kind": "phone", "value": "1", "customer_id": None, "result": "released"}
    reasons = {"match": "unmatched", "match_reasons": json.dumps([phone])}
    claimed = {"match": "matched", "matched_by": "claim"}
    released, moved = {"from_customer_id": ada}, {"from_customer_id": ada, "to_customer_id": bea}
    changes: list[tuple[dict[str, Any], list[tuple[str, dict[str, Any]]]]] = [
        ({}, [("released", released)]),
        (reasons, [("moved", moved), ("released", {"from_customer_id": bea})]),
        (reasons, [("released", released | {"via": "sale"})]),
        (claimed | {"customer_id": bea}, [("moved", moved)]),
        (claimed | {"customer_id": ada}, [("released", released), ("claimed", {})]),
    ]
    for number, (values, told) in enumerate(changes):
        sale = await insert_sale(db, f"{number}", **values)
        for name, data in told:
            await db.execute(
                "INSERT INTO events (type, subject_type, subject_id, occurred_at, recorded_at, actor, title, data) "
                "VALUES ($1, 'sale', $2, $3, $3, 'test', '', $4)",
                f"sale.{name}",
                sale["id"],
                RECEIVED,
                json.dumps(data, default=str),
            )
    await db.close()
    await as_of(dsn, "0042")
    db = await asyncpg.connect(dsn)
    rows = await db.fetch("SELECT match, taken_from, match_reasons FROM sales ORDER BY receipt_no")
    by_id = {"kind": "id", "value": str(ada), "customer_id": str(ada), "result": "released"}
    assert [(row["match"], row["taken_from"], json.loads(row["match_reasons"])) for row in rows] == [
        ("unmatched", [ada], [by_id]),
        ("unmatched", [ada, bea], [phone | {"customer_id": str(bea)}]),
        ("unmatched", [], [phone]),
        ("matched", [ada], []),
        ("matched", [], []),
    ]
    await db.close()


async def test_what_was_said_of_answers_is_kept(new_database: Callable[..., str]) -> None:
    dsn = new_database(template="template1")
    await as_of(dsn, "0042")
    db = await asyncpg.connect(dsn)

    async def interact(**more: Any) -> Any:
        values = {"kind": "message", "channel": "email", "direction": "inbound", "happened_at": RECEIVED} | more
        return (await insert(db, "interactions", match="anonymous", **values))["id"]

    ada = await insert(
        db, "customers", kind="person", trade="b2c", display_name="Ada", sort_name="Ada", known_since=RECEIVED
    )
    hers = {"customer_id": ada["id"]}
    asking = hers | {"kind": "enquiry", "awaits_answer": True, "answered_at": RECEIVED}
    own, nobodys, lent = [await interact(direction="outbound", **more) for more in (hers, {}, hers)]
    expected = {
        await interact(**asking, answered_by_id=own, answer_named=True): (own, False, None),
        await interact(**asking, answered_by_id=nobodys, answer_named=True): (nobodys, True, None),
        (asked := await interact(**asking, answered_by_id=lent, answer_named=True)): (lent, True, None),
        await interact(**asking, answered_by_id=own): (None, False, None),
        await interact(**asking): (None, False, RECEIVED),
        await interact(**asking | {"answered_at": None}): (None, False, None),
    }
    await db.execute("UPDATE interactions SET customer_from_id = $1 WHERE id = $2", asked, lent)
    await db.close()
    await as_of(dsn, "0044")
    db = await asyncpg.connect(dsn)
    rows = await db.fetch("SELECT * FROM interactions WHERE awaits_answer")
    found = {row["id"]: (row["named_answer_id"], row["answer_follows"], row["answered_elsewhere_at"]) for row in rows}
    assert found == expected
    await db.close()


async def test_records_know_whom_somebody_took_them_from(new_database: Callable[..., str]) -> None:
    dsn = new_database(template="template1")
    await as_of(dsn, "0042")
    db = await asyncpg.connect(dsn)
    ada, bea = [
        (await insert(db, "customers", kind="person", trade="b2c", display_name=name, sort_name=name))["id"]
        for name in ("Ada", "Bea")
    ]
    theirs = {"kind": "id", "value": str(ada), "customer_id": str(ada), "result": "released"}
    moved, released = {"from_customer_id": ada, "to_customer_id": bea}, {"from_customer_id": bea, "reason": "Not Bea"}
    along = moved | {"reason": "The sale it is linked to belongs to them now"}
    gone = {"from_customer_id": ada, "reason": "The record that the customer was taken from is no longer linked"}
    changes: list[tuple[dict[str, Any], list[tuple[str, dict[str, Any]]]]] = [
        ({}, [("moved", moved), ("released", released)]),
        ({"customer_id": bea}, [("moved", along), ("released", gone)]),
        ({"customer_id": bea}, [("released", {"from_customer_id": bea, "reason": "Not Bea"}), ("moved", moved)]),
        ({"match_reasons": json.dumps([theirs, theirs | {"customer_id": None}])}, []),
    ]
    tables = {"interaction": "interactions", "complaint": "complaints", "feedback": "feedback"}
    required: dict[str, dict[str, Any]] = {
        "interaction": {"kind": "note", "channel": "email", "direction": "inbound", "happened_at": RECEIVED},
        "complaint": {"channel": "email", "description": "Off", "received_at": RECEIVED, "state_since": RECEIVED},
        "feedback": {"method": "form", "collected_at": RECEIVED},
    }
    for noun, table in tables.items():
        for number, (values, told) in enumerate(changes):
            numbered = {"reference": f"{number}"} if noun == "complaint" else {}
            row = await insert(db, table, **required[noun], **numbered, **values)
            for name, data in told:
                await db.execute(
                    "INSERT INTO events (type, subject_type, subject_id, occurred_at, recorded_at, actor, title, data) "
                    "VALUES ($1, $2, $3, $4, $4, 'test', '', $5)",
                    f"{noun}.{name}",
                    noun,
                    row["id"],
                    RECEIVED,
                    json.dumps(data, default=str),
                )
    await db.close()
    await as_of(dsn, "0045")
    db = await asyncpg.connect(dsn)
    for table in tables.values():
        rows = await db.fetch(f"SELECT taken_from FROM {table} ORDER BY id")
        assert [row["taken_from"] for row in rows] == [[ada, bea], [], [ada], [ada]]
    assert await db.fetchval("SELECT count(*) FROM information_schema.columns WHERE column_name = 'taken_from'") == 5
    await db.close()
