"""The Testsigma REST API: HTTP requests, the calls that we use, and what their answers mean.

Names, paths and units of the API belong here, and nowhere else. What to do about an answer does not: that is decided in
`lifecycle` and `domain`. The only package that imports `requests` and `urllib3`.
"""
