"""From trained checkpoints to engine bundles; needs the ``train`` extra and knows nothing of serving."""
