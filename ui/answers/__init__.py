"""Answers to questions: from the reviews, and from a FAQ."""
