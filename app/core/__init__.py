"""What everything stands on: settings, the database, errors, the context of a request."""
