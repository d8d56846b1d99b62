"""What does probot do? One verb a file; each reads, decides purely, and writes, all in the caller's transaction."""
