"""Answers: from a FAQ, and from the passages of reviews."""
