"""One arm in a few sums: counts, means, ratios, clusters."""
