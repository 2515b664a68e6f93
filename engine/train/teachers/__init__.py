"""Teachers: networks trained on labels alone, whose opinion is a loss for the autoencoder or the UNet."""
