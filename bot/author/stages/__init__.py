"""The stages of writing a plan with a model: each asks one kind of question and makes
typed data of the answer.

No stage knows the next; `bot.author.modelled` tells the story.
"""
