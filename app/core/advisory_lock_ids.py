"""The ids of all advisory locks of PostgreSQL that this service takes by a number: none may be used twice."""

MIGRATION = 7_270_611
"""Concurrent starts migrate one after the other."""
FIRST_KEY = 7_270_612
"""Processes that start together take turns, so that two cannot both find no keys."""
SAMPLE = 7_270_613
"""One process loads the sample shop."""
WORD_SETS = 7_270_614
"""One worker makes the sets of words by which customers are searched."""
RECEIPT, THREAD = 0x52435054, 0x54485244
"""With a bucket as a second number: receipts by source and number, conversations by the name of their thread,
whoever gave it: those of two sources may become one, or are that of a complaint, whose reference is their name."""
