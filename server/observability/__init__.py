"""What happens inside, for operators: metrics."""
