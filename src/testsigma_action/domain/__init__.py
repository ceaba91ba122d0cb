"""The model (run, case, result, verdict), and all conclusions from it.

Pure: values in, values out. No I/O, no clock, no threads, no names of the API, and no sentences for people.
"""
