"""Looks at running experiments: group-sequential boundaries, confidence sequences, the price of peeking."""
