"""Pure business rules: enums, value types and functions. No clock, no database, no framework."""
