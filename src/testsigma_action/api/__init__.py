"""The Testsigma REST API: HTTP requests, the endpoints that we use, and decoding of the answers.

Names, paths and units of the API belong here, and nowhere else. What to do about an answer does not: that is decided in
`lifecycle` and `domain`. The only package that imports `requests` and `urllib3`.
"""
