"""The service beside a bare handler, beside COPY, and beside itself with a hundred times as much in the store."""
