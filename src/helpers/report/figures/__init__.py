"""Figures: one function a figure, one template, one way into a notebook, one export."""
