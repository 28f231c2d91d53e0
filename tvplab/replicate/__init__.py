"""The papers' tables and figures, computed again, with the paper's numbers beside ours: `tvplab replicate`."""
