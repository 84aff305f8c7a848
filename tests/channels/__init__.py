"""Tests of the channel adapters: one folder for each channel, with its captured messages in `cases/`."""
