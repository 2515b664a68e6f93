"""The rules that give chunks to phrases, one kind of word a file; each builds on the ones before it."""
