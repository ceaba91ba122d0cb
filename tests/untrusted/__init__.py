"""Text from the service is untrusted: nothing that it says may act in a log, an output or a summary.

texts     hostile texts that have done harm somewhere
service   a simulator of the service whose answers contain only such texts
runner    what CI systems make of a log, by their own rules
page      what is active on the page of a summary
"""
