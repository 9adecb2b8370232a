"""Prediction: who leaves, who buys, what a customer is worth, whom to treat, what demand to expect and when to worry."""
