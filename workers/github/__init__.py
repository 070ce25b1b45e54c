"""The only place that talks to GitHub: reads it into a Situation, writes Effects to it. Decides nothing."""
