"""What can be done on GitHub: the rules of each change, the change, and the event that tells of it.

Both REST and GraphQL go through here; permissions of the door are checked before, in `sandbox.access`.
"""
