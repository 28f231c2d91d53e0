"""Exercises of the lessons: `check` says right or gives a hint; one file per lesson holds the checkers."""

from tvplab.exercises.registry import Verdict, check, exercise

__all__ = ["Verdict", "check", "exercise"]
