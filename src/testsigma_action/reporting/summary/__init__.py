"""The summary of the job on GitHub: HTML in Markdown, with all untrusted text sanitised."""
