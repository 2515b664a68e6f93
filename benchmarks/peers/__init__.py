"""Pictures of the same model by other programs, each in a process of its own, beside ours."""
