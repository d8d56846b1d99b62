"""How is anybody reached when the messenger is silent? Mail, webhooks, and a heart that beats outside."""
