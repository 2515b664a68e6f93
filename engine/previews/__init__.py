"""Pictures shown while they are made: a linear map from latents to colours, and who makes previews of a request."""
