"""Control: a layout or a pose that a picture keeps to, as the map that a control network reads."""
