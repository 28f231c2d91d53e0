"""How a lesson's text becomes an executed notebook; `notebooks/build.py` is the command."""
