"""The rules that give chunks to phrases, one kind of word a file; each builds on the ones before it.

`assembly` goes through the chunks of a text, `forms` through its fields and sentences.
"""
