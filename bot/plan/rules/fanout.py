"""PLN811-816: every child task stands alone and may be created as it is."""
