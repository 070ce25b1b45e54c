"""PLN901-904, PLN921: texts are instructions, stand alone and leave nothing to guess."""
