"""Networks made elsewhere that look at pictures: what they compare, and how they are read from folders."""
