"""How is probot started as a module? `python -m probot` is `probot`.

The rule: nothing happens here that the command line does not do.
"""

from probot.app.cli import main

if __name__ == "__main__":
    main()
