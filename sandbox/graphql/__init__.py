"""GraphQL for real: GitHub's published schema, pruned to what is served, executed against the world."""
