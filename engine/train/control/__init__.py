"""Control: networks that have a picture keep to a layout or a pose, trained beside a UNet that stays as it is."""
