"""Checks every exchange against GitHub's published OpenAPI description; knows
nothing of the sandbox's state.
"""
