"""The tables at the edges of the program (inputs, outputs) and between its stages."""
