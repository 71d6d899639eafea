"""What a session holds, and what it asks the worker for."""
