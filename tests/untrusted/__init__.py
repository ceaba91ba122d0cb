"""Everything that comes from elsewhere is hostile: texts, a service that says nothing else, and readers with its rules.

texts     what has done harm somewhere
service   a simulator of the service in whose answers every text is one of them
runner    what CI systems make of a log, by their own rules
page      what is active on the page of a summary
"""
