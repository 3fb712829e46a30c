"""The base of all floors: settings, database, transactions, errors, logging."""
