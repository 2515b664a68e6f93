"""What a training run is: frozen dataclasses filled from one YAML file and overrides.

It knows names, types and limits of settings; it does not know torch, models or data. `recipe.py` is the whole,
`reading.py` fills it, and the others are its sections, by idea.
"""
