"""The labelling page: people answer closed questions about pictures, by keyboard, on this machine alone."""
