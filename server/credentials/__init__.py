"""Content credentials (C2PA) for pictures: keys, certificates and signatures; an extra of its own."""
