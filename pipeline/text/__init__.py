"""Text processing: language identification, sentence segmentation, tokenisation, normalisation."""
