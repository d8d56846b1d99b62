"""How can the whole study be tried without Telegram? A Bot API server of our own, with phones in a browser page.

The rule: the server knows chats and updates, never studies; what the page asks of probot goes through `clinic.Clinic`.
"""
