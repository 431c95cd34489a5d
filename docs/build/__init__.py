"""How the pages become a site (MkDocs calls hooks.py), and how the commands that they show are run (examples.py)."""
