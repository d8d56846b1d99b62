"""How does Telegram come in and go out? An adapter of `probot.ports`; nothing of Telegram leaves this folder."""
