"""Pages for people and machines beside the webhook. Must not show a tenant's name
or a secret to strangers.
"""
