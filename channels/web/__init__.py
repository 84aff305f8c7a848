"""The public form: pages that a resident fills in, with or without JavaScript."""
