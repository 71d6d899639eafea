"""Who may do what: workspaces, their members and roles, and the log of what was done."""
