"""Relate people and contact points, and find leads."""
