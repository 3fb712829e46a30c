"""HTTP plumbing: what every route shares and no service knows."""
