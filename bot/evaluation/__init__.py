"""How good plans are, measured against what people expect of them: cases, metrics, statistics, reports.

Counts what can be counted exactly and judges nothing; running a case is `workers.evaluation`'s business.
"""
