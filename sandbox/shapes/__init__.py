"""How GitHub writes things down: records to JSON. Pure functions of the world; nothing
here changes or refuses.
"""
