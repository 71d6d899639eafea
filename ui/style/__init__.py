"""How pages look, and what browsers and screen readers are told that Streamlit doesn't say."""
