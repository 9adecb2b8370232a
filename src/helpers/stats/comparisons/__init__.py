"""Two arms compared: effects with their intervals on both scales, non-inferiority, quantiles, clusters."""
