"""Tags that print values, each by the rules of its environment."""

from __future__ import annotations

from liquid.ast import Node
from liquid.builtin.output import Output, OutputNode
from liquid.builtin.tags.cycle_tag import CycleNode, CycleTag
from liquid.builtin.tags.echo_tag import EchoTag
from liquid.stream import TokenStream

from addressee.messaging.content.templating.liquid_values import Printing
from addressee.messaging.content.templating.rendering import PrintedNode


class PrintingOutput(Output):
    node_class = PrintedNode


class PrintingEcho(EchoTag):
    def parse(self, stream: TokenStream) -> Node:
        node = super().parse(stream)
        assert isinstance(node, OutputNode)
        node.expression = Printing(node.expression)
        return node


class PrintingCycle(CycleTag):
    def parse(self, stream: TokenStream) -> CycleNode:
        node = super().parse(stream)
        node.args = [Printing(argument) for argument in node.args]
        return node
