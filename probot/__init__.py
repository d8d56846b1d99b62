"""What is probot? A bot that asks trial participants how they are, keeps every answer and alerts the care team.

The rule: this package exports a version and nothing else; `probot.app` is where things start.
"""

__version__ = "0.1.0"
