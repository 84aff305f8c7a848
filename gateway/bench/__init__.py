"""Benchmarks: one figure beside its reference, measured in the same run.

Read in this order: ``smtp_load`` and ``clients`` (load generators), ``rig`` (a gateway in a scratch folder), ``contestants`` (what the mail
intake is compared with), ``intake``, ``pipeline``. On a shared machine only ratios mean something, so contestants alternate, the first round
is thrown away, and the figure is the median of the rounds' ratios.
"""
