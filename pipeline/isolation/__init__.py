"""Process isolation: work on strangers' files in a process with limits of time and memory."""
