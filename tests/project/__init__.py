"""Conventions of the whole project, each enforced by one test over all folders."""
