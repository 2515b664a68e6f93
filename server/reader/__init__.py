"""The second reader: a language model elsewhere that turns a text in any language into phrases by body group."""
