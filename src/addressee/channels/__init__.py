"""The channels room: how something reaches a recipient. One module per sender, behind one small protocol."""
