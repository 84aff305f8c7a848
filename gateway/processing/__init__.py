"""The process that understands and delivers; the one that accepts starts it and wakes it.

__main__  its entry: forks the zygote of the readers while it is still small, then runs the service
service   the worker, the dispatcher and the timers on one event loop
"""
