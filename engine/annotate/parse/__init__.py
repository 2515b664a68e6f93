"""Which pixels show what: ATR-18 label maps of pictures, and the framing that follows from them."""
