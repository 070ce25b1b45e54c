"""PLN817-820, PLN825: milestones build something, one at a time, and come to an end."""
