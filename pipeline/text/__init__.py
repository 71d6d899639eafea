"""Text: its language, sentences, words, stop words and negations."""
