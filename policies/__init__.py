"""Who gets what, when and why.

Triggers, guards, messages, and the questions that models are asked.
"""
