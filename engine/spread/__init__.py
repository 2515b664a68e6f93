"""Work that is spread over processes of this machine or over a Ray cluster; nothing here knows what the work is."""
