"""The shapes of everything that goes in and out as JSON, a module for each subject."""
