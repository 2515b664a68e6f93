"""The OpenAPI document: what it says of the routes, and the examples it gives."""
