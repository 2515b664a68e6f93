"""Removes from a graph what the exporter notes about where each node came from.

Stack traces of the exporting machine are of no use to a runtime; they name its folders and can outweigh small weights.
"""

import onnx_ir


def forget_origins(model: onnx_ir.Model) -> None:
    """Clears documentation and metadata of a model, its graphs, nodes and values, in place."""
    model.doc_string = None
    model.metadata_props.clear()
    model.graph.doc_string = None
    model.graph.metadata_props.clear()
    values = [*model.graph.inputs, *model.graph.initializers.values()]
    for node in model.graph.all_nodes():
        node.doc_string = None
        node.metadata_props.clear()
        values.extend(node.outputs)
    for value in values:
        value.doc_string = None
        value.metadata_props.clear()
