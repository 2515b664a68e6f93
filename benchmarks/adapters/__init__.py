"""What adapters cost, and what they save: forwards, and clients with adapters of their own."""
