"""Reports and progress: values to text for people, or data for programs.

All wording belongs here. Conclusions do not (`domain`), and neither do requests. `lifecycle` and this package never
import each other.
"""
