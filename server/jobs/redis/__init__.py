"""Jobs in a Redis that several gateways share."""
