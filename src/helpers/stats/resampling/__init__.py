"""Intervals by resampling: bootstrap replicates of arms and quantiles."""
