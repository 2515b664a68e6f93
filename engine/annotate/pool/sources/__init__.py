"""Where pictures come from: folders, lists of links, services for stock photographs, drawn figures."""
