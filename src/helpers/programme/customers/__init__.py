"""Customers in segments: by recency, frequency and money, by their stage of life, by clusters; how they move, what it buys."""
