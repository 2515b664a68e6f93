"""Picture files: their headers, decoding what is uploaded, encoding what is drawn."""
