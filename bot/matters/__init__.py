"""What there can be to do about an issue, one matter a module: each says the next step, or None. All pure."""
