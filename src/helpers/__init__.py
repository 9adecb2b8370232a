"""Helpers of the experiment report: one room per concept, imported by the notebooks and the command line."""
