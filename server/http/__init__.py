"""What any HTTP service of ours needs: bodies, content negotiation, problems, and noticing that a client left."""
