"""Guest reviews in many languages: read, made language-neutral, grouped, mapped, searched."""
