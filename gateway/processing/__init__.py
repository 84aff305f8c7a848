"""The process that understands and delivers; the one that accepts starts it and wakes it.

entry     what it does first: forks the zygote of the readers while it is still small, then runs the service
service   the worker, the dispatcher and the timers on one event loop
nursery   how the accepting process starts it
keeper    how it keeps it running
__main__  the same as a program of its own
"""
