"""When people must know: which rules are met, what becomes of an alert, who is told, and in which words."""
