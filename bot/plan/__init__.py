"""What a plan is: its model, its files, and the rules it must hold. Pure; knows
neither GitHub nor a model.
"""
