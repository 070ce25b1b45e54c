"""PLN914-918: nothing leaks, notifies, closes, links or commands that should not."""
