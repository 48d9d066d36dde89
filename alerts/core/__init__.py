"""Rules only: values in, values out; no clock, no I/O."""
