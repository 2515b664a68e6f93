"""The HTTP gateway and the command line of CosmicMan Serve. Never sees a tensor."""
