"""How is one assessment conducted, and what is said meanwhile? Sessions, events, answers and the words around them.

The rule: functions of what is stored and what happened; nothing here knows a clock, a table or a messenger.
"""
