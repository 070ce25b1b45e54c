"""Models behind the `Model` protocol, one module for each style of endpoint. The only
owner of the openai client.
"""
