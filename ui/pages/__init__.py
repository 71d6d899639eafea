"""One script a page, which Streamlit runs."""
