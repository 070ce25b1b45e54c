"""`groundplan eval`: read cases, plan each of them, measure, compare, write the report.

What is counted and how is `bot.evaluation`'s business; here is everything that touches files, git and models.
"""
