"""From a torch module to the operations of an ONNX graph."""
