"""Attribution: credit for orders shared out among the channels that came before them, by rule and by models of many journeys."""

from helpers.programme.attribution.rules import ENDS, HALF_LIFE_DAYS, RULES, Rule, Touch, by_channel, credit

__all__ = ["ENDS", "HALF_LIFE_DAYS", "RULES", "Rule", "Touch", "by_channel", "credit"]
