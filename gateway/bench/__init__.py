"""Benchmarks: one figure beside its reference, measured in the same run.

Read in this order: ``smtp_load`` (the load generator), ``rig`` and ``postfix`` (a gateway, and a Postfix, in a scratch folder), ``intake``
(taking mail), ``pipeline`` (what becomes of it). On a shared machine only ratios mean something, so contestants alternate, the first
round is thrown away, and a figure is the median of the rounds' ratios.
"""
