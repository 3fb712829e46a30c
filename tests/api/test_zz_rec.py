"""Time record_many alone: 3000 complaints."""
import asyncio, random, time, cProfile, pstats, sys
import pytest
sys.path.insert(0, "/work/main")
from tests.api import test_complaint_laws as laws
from app.services import complaints
from app.schemas.complaints import ComplaintNew

async def test_rec(client, db, sessions, clock):
    dice = random.Random(1)
    for body in laws.calendars(dice):
        assert (await client.post("/v1/calendars", json=body)).status_code == 201
    for body in laws.policies(dice):
        assert (await client.post("/v1/service-policies", json=body)).status_code == 201
    news = [[laws.walk(dice) for _ in range(500)] for _ in range(6)]
    for rnd in (1, 2):
        pr = cProfile.Profile() if rnd == 2 and len(sys.argv) and "PROF" in __import__("os").environ else None
        t = time.process_time()
        if pr: pr.enable()
        for new in news:
            await sessions.write(lambda ctx: complaints.record_many(ctx, new))
        if pr:
            pr.disable(); pstats.Stats(pr).sort_stats("tottime").print_stats(25)
        print("round", rnd, 3000 / (time.process_time() - t), "a second")
