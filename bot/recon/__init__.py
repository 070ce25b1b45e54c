"""What the repository is: pure functions over a tree of files at one commit, every finding with its evidence.

Only `sources` reads folders, git or archives; nothing here writes, and nothing here asks a model.
"""
