"""From evidence to a decision: the rule, the money, the options and the log."""
